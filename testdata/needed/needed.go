// Package needed says what becomes of a test that lacks something on its machine: it is skipped with the reason, which
// `make test` shows at its end, or fails where everything has to be there.
package needed

import (
	"os"
	"os/exec"
	"testing"
)

// Skip skips the test for want of something. With TIDEMARK_LAB=required it fails instead. The reason goes to the file
// that TIDEMARK_SKIPPED names, too, since `go test` shows none of a test that is skipped.
func Skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("TIDEMARK_LAB") == "required" {
		t.Fatal(why + " (TIDEMARK_LAB=required: nothing may be skipped)")
	}
	if err := keep(t.Name() + ", because " + why + "\n"); err != nil {
		t.Fatal(err)
	}
	t.Skip(why)
}

func keep(line string) error {
	path := os.Getenv("TIDEMARK_SKIPPED")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Programs skips the test where one of the programs is missing; one with a slash is a path.
func Programs(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			Skip(t, name+" is not installed")
		}
	}
}

// Root skips the test where it is not root's, who alone may do what is named.
func Root(t testing.TB, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		Skip(t, "it needs root: "+what)
	}
}
