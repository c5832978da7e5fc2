package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// rewind leaves of a run's journal what a controller had written that was killed before its line `at`.
func (h *house) rewind(run string, at int) {
	h.t.Helper()
	file := filepath.Join(journal.Dir(h.state, run), "journal.jsonl")
	text, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	if at < 0 {
		at += len(lines) - 1
	}
	if err := os.WriteFile(file, bytes.Join(lines[:at], nil), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// superseded is a killed run, and the run of the same runbook that was started after it and killed in its turn, before
// the given line of its journal. None of its nodes knows of it yet where it was killed before it held them.
func (h *house) superseded(at int) (second string) {
	h.t.Helper()
	h.killed(openRun, engine.CloseFailed)
	h.wants(h.run(), 0, "closed: done")
	all, err := journal.List(h.state)
	if err != nil || len(all) != 2 {
		h.t.Fatalf("%v, %d runs", err, len(all))
	}
	second = all[1].Run
	h.rewind(second, at)
	h.rewind(openRun, -1)
	for _, node := range []string{"one", "two"} {
		dir := filepath.Join(h.dir, "node", node)
		if err := os.RemoveAll(filepath.Join(dir, "runs", second)); err != nil {
			h.t.Fatal(err)
		}
		if at == 1 {
			h.write(filepath.Join("node", node, "lock.json"), `{"run": "`+openRun+`", "runbook": "story", "epoch": 1}`)
		}
	}
	return second
}

// TestASupersedingRunThatIsResumed closes the run that it replaced, wherever it was killed itself: before it held its
// nodes, before it knew that the plan holds, or in its first step.
func TestASupersedingRunThatIsResumed(t *testing.T) {
	for _, at := range []int{1, 2, 3, 5} {
		h := newHouse(t)
		second := h.superseded(at)
		if closed := h.closedAs(openRun); closed != "" {
			t.Fatalf("it is closed as %q", closed)
		}
		stop := h.drives(openRun)
		h.wants(h.do("resume", second), exitLocked, "run "+openRun+" (story) is open and holds one, two; process ")
		stop()
		h.wants(h.do("resume", second), 0, "story on lab: done")
		if closed := h.closedAs(openRun); closed != "failed" {
			t.Errorf("killed before line %d: the replaced run is closed as %q", at, closed)
		}
		h.wants(h.do("nodes"), 0, "free")
	}
}

// TestARefusedRunReplacesNone: it gave the locks back.
func TestARefusedRunReplacesNone(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.CloseFailed)
	a := &app{state: h.state, stderr: &h.err}
	for verified, want := range map[bool]string{false: "", true: "failed"} {
		r := &driven{replaces: openRun, plan: &engine.Plan{Run: "x"}, state: &engine.State{Epoch: 2, Verified: verified}}
		if err := r.settleOthers(a); err != nil {
			t.Fatal(err)
		}
		if closed := h.closedAs(openRun); closed != want {
			t.Errorf("verified %t: closed as %q", verified, closed)
		}
		h.rewind(openRun, 3)
	}
}
