package agent

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tidemark/engine"
)

// notStarted says what is missing: the kernel gives one answer for the program, the directory it is to run in, and the
// interpreter of a script.
func notStarted(cmd *exec.Cmd, err error) error {
	name := cmd.Args[0]
	if !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, os.ErrNotExist) {
		return engine.Failf(engine.ClassIO, "%s: %w", name, err)
	}
	if cmd.Dir != "" && !isThere(cmd.Dir) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s, the directory that %s is to run in, is not on this node", cmd.Dir, name), "make it, or correct the path")
	}
	path := cmd.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(cmd.Dir, path)
	}
	if errors.Is(err, exec.ErrNotFound) || !isThere(path) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is not on this node", name), "install it, or correct PATH for non-interactive logins")
	}
	if with := interpreter(path); with != "" {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is there, but %s, which its first line names, is not on this node", name, with),
			"install "+with+", or correct the first line of "+path+" (a carriage return at its end counts, too)")
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is there, but what loads it is not on this node", name), "install the program as it was built for this system")
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// interpreter is the program that the first line of a script names; "" where it is no script.
func interpreter(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 256)
	n, _ := f.Read(head)
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	text, script := strings.CutPrefix(string(line), "#!")
	words := strings.Fields(text)
	if !script || len(words) == 0 {
		return ""
	}
	return words[0]
}
