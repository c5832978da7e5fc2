package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tidemark/testdata/lab/host"
	"tidemark/testdata/lab/site"
)

// byhand are the peers: what an operator types.
//
//go:embed byhand
var byhand embed.FS

// work files lie beside the lab and go with it.
func (b *bench) file(name string) string { return filepath.Join(b.lab.Dir, "bench", name) }

func (b *bench) write(name, text string) (string, error) {
	path := b.file(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(text), 0o644)
}

// tm runs tidemark on the lab's site to its end; its memory is watched where its time does not count.
func (b *bench) tm(args ...string) (string, error) {
	return b.tmOn(filepath.Join(b.lab.Dir, "site.yaml"), args...)
}

func (b *bench) tmOn(site string, args ...string) (string, error) {
	args = append([]string{"--site", site, "--state", b.file("state")}, args...)
	cmd := exec.CommandContext(context.Background(), b.tidemark, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if !b.timed {
		defer b.watch(cmd.Process.Pid)()
	}
	err := cmd.Wait()
	return out.String(), said("tidemark", args, err, out.String())
}

// on runs argv on a host's console, as root.
func (b *bench) on(h site.Host, argv ...string) (string, error) {
	cmd, err := host.Exec(h, argv...)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), said(h.Name, argv, err, out.String())
}

// script writes a script of byhand to where this machine can run it.
func (b *bench) script(name string) (path string, err error) {
	text, err := byhand.ReadFile("byhand/" + name)
	if err != nil {
		return "", err
	}
	return b.write(name, string(text))
}

// put writes a file of byhand, or of this machine, onto a host.
func (b *bench) put(h site.Host, data []byte, path string) error {
	cmd, err := host.Exec(h, "sh", "-euc", `cat >"$1" && chmod 755 "$1"`, "put", path)
	if err != nil {
		return err
	}
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.CombinedOutput()
	return said(h.Name, []string{"put", path}, err, string(out))
}

func (b *bench) putScript(h site.Host, name string) error {
	data, err := byhand.ReadFile("byhand/" + name)
	if err != nil {
		return err
	}
	return b.put(h, data, "/root/"+name)
}

// local runs a program of this machine.
func local(env []string, argv ...string) error {
	cmd := exec.CommandContext(context.Background(), argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return said(argv[0], argv[1:], err, string(out))
}

func said(who string, args []string, err error, out string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w: %s", who, strings.Join(args, " "), err, last(out, 600))
}

func last(s string, n int) string { return strings.TrimSpace(s[max(0, len(s)-n):]) }
