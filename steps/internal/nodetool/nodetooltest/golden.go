// Package nodetooltest hands the recorded outputs of real nodetools to tests.
package nodetooltest

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"tidemark/engine"
)

// Versions are those of which outputs were recorded.
func Versions() []string { return []string{"4.0.18", "4.1.10", "5.0.8"} }

// Golden is a recorded answer: testdata/nodetool/<version>/<name>.txt.
func Golden(t testing.TB, version, name string) engine.Result {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	data, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../../../testdata/nodetool", version, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "\n--- stdout\n")
	_, status, ok2 := strings.Cut(head, "\nexit ")
	code, err := strconv.Atoi(strings.TrimSpace(status))
	if !ok || !ok2 || err != nil {
		t.Fatalf("%s/%s: not a recorded output", version, name)
	}
	stdout, stderr, _ := strings.Cut("\n"+rest, "\n--- stderr\n")
	return engine.Result{Code: code, Stdout: []byte(strings.TrimPrefix(stdout, "\n") + "\n"), Stderr: []byte(stderr)}
}

// Says is an answer with status 0.
func Says(stdout string) engine.Result { return engine.Result{Stdout: []byte(stdout)} }
