// Package story tells the main job on real servers and breaks it on the way: kill -9, crashes, cut cables. It
// boots a lab of its own and removes it at the end.
package story

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	prefix = "tmt"
	subnet = "10.80.0"
	labDir = "/var/lib/tidemark-lab/" + prefix
)

// root is the repository.
func root() string {
	dir, err := filepath.Abs("../../..")
	if err != nil {
		panic(err)
	}
	return dir
}

// TestMain boots the lab once for all tests. Where there cannot be one, it says so in one line and passes, unless
// TIDEMARK_LAB=required.
func TestMain(m *testing.M) {
	if why := unable(); why != "" {
		fmt.Println("LAB NOT RUN: " + why)
		if os.Getenv("TIDEMARK_LAB") == "required" {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(withLab(m))
}

func unable() string {
	switch {
	case os.Geteuid() != 0:
		return "needs root"
	case os.Getenv("TIDEMARK_LAB") == "":
		return "set TIDEMARK_LAB=1 (make test does)"
	}
	return ""
}

func withLab(m *testing.M) int {
	_ = labCommand("destroy").Run()
	defer func() { _ = labCommand("destroy").Run() }()
	if out, err := labCommand("up").CombinedOutput(); err != nil {
		fmt.Printf("lab up: %v\n%s", err, out)
		return 1
	}
	if out, err := labCommand("load", "--lines", "500", "--phase", "base").CombinedOutput(); err != nil {
		fmt.Printf("lab load: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func labCommand(args ...string) *exec.Cmd {
	verb := append([]string{args[0], "--prefix", prefix, "--subnet", subnet}, args[1:]...)
	cmd := exec.Command(filepath.Join(root(), "bin/lab"), verb...)
	cmd.Dir = root()
	return cmd
}

func lab(t *testing.T, args ...string) string {
	t.Helper()
	cmd := labCommand(args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lab %s: %v\n%s%s", strings.Join(args, " "), err, out, errs.String())
	}
	return string(out)
}

// on runs a shell line on a host's console.
func on(t *testing.T, host, line string) string {
	t.Helper()
	return lab(t, "exec", host, "--", "/bin/sh", "-c", line)
}

// site is one operator: a state directory of its own.
type site struct {
	t     *testing.T
	state string
}

func operator(t *testing.T) site {
	return site{t, t.TempDir()}
}

func (s site) command(args ...string) *exec.Cmd {
	args = append([]string{"--site", labDir + "/site.yaml", "--state", s.state}, args...)
	cmd := exec.Command(filepath.Join(root(), "bin/tidemark"), args...)
	cmd.Dir = s.t.TempDir()
	return cmd
}

// run runs tidemark and gives all that it printed and its status.
func (s site) run(args ...string) (string, int) {
	s.t.Helper()
	cmd := s.command(args...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	s.t.Logf("tidemark %s → %d", strings.Join(args, " "), cmd.ProcessState.ExitCode())
	return string(out), cmd.ProcessState.ExitCode()
}

// must is run that has to end with status 0.
func (s site) must(args ...string) string {
	s.t.Helper()
	out, code := s.run(args...)
	if code != 0 {
		s.t.Fatalf("tidemark %s: status %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// killWhen starts tidemark and kills it with -9 as soon as its journal holds the text.
func (s site) killWhen(text string, args ...string) string {
	s.t.Helper()
	before := s.journals()
	cmd := s.command(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		if s.holds(text, before) {
			_ = cmd.Process.Kill()
			<-done
			return out.String()
		}
		select {
		case err := <-done:
			s.t.Fatalf("tidemark %s ended (%v) before its journal held %q:\n%s", strings.Join(args, " "), err, text, out.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s site) journals() map[string]bool {
	seen := map[string]bool{}
	names, _ := filepath.Glob(filepath.Join(s.state, "runs/*/journal.jsonl"))
	for _, n := range names {
		seen[n] = true
	}
	return seen
}

// holds looks at the journals of runs that began since; for a resumed run, at all.
func (s site) holds(text string, before map[string]bool) bool {
	for n := range s.journals() {
		if before[n] {
			continue
		}
		if raw, err := os.ReadFile(n); err == nil && strings.Contains(string(raw), text) {
			return true
		}
	}
	return false
}

// calls counts the lines of a host's log of invocations that hold the text.
func calls(t *testing.T, host, log, text string) int {
	t.Helper()
	return strings.Count(on(t, host, "cat /var/log/lab/"+log+" 2>/dev/null || true"), text)
}

// killResume resumes the open run and kills the controller with -9 when the journal holds the text.
func (s site) killResume(text string) {
	s.t.Helper()
	cmd := s.command("resume", "--yes=lab")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for !s.holds(text, nil) {
		select {
		case err := <-done:
			s.t.Fatalf("resume ended (%v) before the journal held %q:\n%s", err, text, out.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	_ = cmd.Process.Kill()
	<-done
}
