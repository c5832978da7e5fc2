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
)

const (
	prefix = "tmt"
	subnet = "10.80.0"
	labDir = "/var/lib/tidemark-lab/" + prefix
	binary = labDir + ".tidemark"
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
// TIDEMARK_LAB=required. TIDEMARK_LAB=keep takes the lab that is up, with what is in it, and leaves it.
func TestMain(m *testing.M) {
	if why := unable(); why != "" {
		fmt.Println("LAB NOT RUN: " + why)
		if os.Getenv("TIDEMARK_LAB") == "required" {
			os.Exit(1)
		}
		os.Exit(0)
	}
	fmt.Printf("seed of the kill points: TIDEMARK_SEED=%d\n", seed())
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

func withLab(m *testing.M) (code int) {
	if out, err := build(); err != nil {
		fmt.Printf("build: %v\n%s", err, out)
		return 1
	}
	defer func() { _ = os.Remove(binary) }()
	if os.Getenv("TIDEMARK_LAB") != "keep" {
		_ = labCommand("destroy").Run()
		defer func() { code = max(code, destroyed()) }()
	}
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

// destroyed is the status of a lab that leaves nothing behind: what is left of it fails the tests.
func destroyed() int {
	if out, err := labCommand("destroy").CombinedOutput(); err != nil {
		fmt.Printf("lab destroy: %v\n%s", err, out)
		return 1
	}
	return 0
}

// build makes a binary that nobody replaces while the tests run: a run is resumed by the build that began it.
func build() ([]byte, error) {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/tidemark")
	cmd.Dir = root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // the fence needs a static binary, as make builds it
	return cmd.CombinedOutput()
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

// takenAway removes what a test puts on hosts, at its end.
func takenAway(t *testing.T, path string, hosts ...string) {
	t.Helper()
	t.Cleanup(func() {
		for _, host := range hosts {
			on(t, host, "rm -rf "+path)
		}
	})
}

// written is a file with a text, for one test.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
