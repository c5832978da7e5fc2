package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// full takes some bytes and then fails, as a disk without room and a pipe without a reader do.
type full struct {
	room int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// TestAnAnswerThatIsNotWhole: an answer cut short fails whichever verb gives it, unless its reader left.
func TestAnAnswerThatIsNotWhole(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	for _, words := range []string{
		"version", "list", "steps", "steps mkdir", "runs", "logs", "status", "nodes", "explain TM0104", "help", "run --help",
		"schema runbook", "show backup-vellum", "version -o json", "plan " + filepath.Join(h.dir, "story.yaml") + " --input dir=/none --detailed-exitcode",
	} {
		h.stdout = &full{err: syscall.ENOSPC}
		h.wants(h.do(strings.Fields(words)...), exitFailed)
		if n := strings.Count(h.err.String(), "tidemark: what was printed is not whole: no space left on device"); n != 1 {
			t.Errorf("%s: the lack of room is told %d times", words, n)
		}
	}
	h.stdout = &full{err: syscall.EPIPE}
	h.wants(h.do("list"), 0)
	if said := h.err.String(); said != "" {
		t.Errorf("nobody reads on, and it says %q", said)
	}
}

// A run that is done and could not say so to its end is no success for who reads the exit code.
func TestARunThatCannotReport(t *testing.T) {
	h := newHouse(t)
	h.stdout = &full{room: 200, err: syscall.ENOSPC}
	h.wants(h.run("-o", "json"), exitFailed, "not whole: no space left")
	h.stdout = nil
	h.wants(h.do("runs"), 0, "closed: done")
}
