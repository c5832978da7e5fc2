package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/engine/link"
)

func (h *house) lockedBy(node string) *engine.LockRecord {
	h.t.Helper()
	s, err := h.dial(link.Target{Name: node}, link.Options{}).State(h.t.Context(), "")
	if err != nil {
		h.t.Fatal(err)
	}
	return s.Lock
}

// TestAnOvertakenRecordEndsNothing: the run was adopted and is driven elsewhere. The first controller neither releases
// its nodes nor stops its tasks; the other one can.
func TestAnOvertakenRecordEndsNothing(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	run, first, other := h.onlyRun(), h.state, filepath.Join(h.dir, "other")
	h.state = other
	h.wants(h.do("resume", "--adopt", "one"), exitFailed, "adopting run "+run)
	h.state = first
	end := h.lives("one", run)
	for _, args := range [][]string{{"abandon", run, "--yes"}, {"cancel", run}} {
		h.wants(h.do(args...), exitRefused, "one: run "+run+" went on without this record, and "+holder().User+"@"+holder().Host+" holds it since ",
			"go on there; or take the run back first: "+h.command("resume --adopt one "+run))
		if l := h.lockedBy("one"); l == nil || l.Epoch != 2 {
			t.Errorf("%s: one is locked by %+v", args[0], l)
		}
	}
	end()
	if closed := h.closedAs(run); closed != "" {
		t.Errorf("the refused abandon closed the run here as %q", closed)
	}
	h.state = other
	h.wants(h.do("abandon", run, "--yes"), 0, "unlocked: one, two")
	h.state = first
	h.wants(h.do("abandon", run, "--yes"), exitRefused, "run "+run+" was closed (abandoned) by another controller")
}

// locks puts a later lock of the run on a node, as a controller does before anything else.
func (h *house) locks(node, run string, by engine.Holder) {
	h.t.Helper()
	r := engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Runbook: "story", Epoch: 2, Holder: by}, Plan: []byte("{}")}
	if err := h.dial(link.Target{Name: node}, link.Options{}).Lock(h.t.Context(), r); err != nil {
		h.t.Fatal(err)
	}
}

// TestALockThatTheRecordDoesNotKnow: another controller took one node and has begun nothing yet; or a process of this one
// did, and died before it noted that.
func TestALockThatTheRecordDoesNotKnow(t *testing.T) {
	gone := exec.CommandContext(t.Context(), "true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	here := holder().Host
	for name, c := range map[string]struct {
		by   engine.Holder
		code int
	}{
		"another machine's":        {engine.Holder{User: "ann", Host: "laptop." + here, PID: gone.Process.Pid}, exitRefused},
		"a living process's here":  {engine.Holder{User: "ann", Host: here, PID: 1}, exitRefused},
		"that of one that is gone": {engine.Holder{User: "ann", Host: here, PID: gone.Process.Pid}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.killed(openRun, engine.HoldOpen)
			h.locks("one", openRun, c.by)
			code := h.do("abandon", openRun, "--yes")
			if c.code == 0 {
				h.wants(code, 0, "unlocked: one, two")
				return
			}
			h.wants(code, c.code, "went on without this record, and ann@"+c.by.Host+" holds it since ", "take the run back first: "+h.command("resume "+openRun))
			if h.lockedBy("one") == nil || h.lockedBy("two") == nil {
				t.Error("a node was unlocked")
			}
		})
	}
}

// TestAbandonOfARunThatWasClosedElsewhere says so; nothing is left to release.
func TestAbandonOfARunThatWasClosedElsewhere(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	for _, n := range []string{"one", "two"} {
		h.locks(n, openRun, engine.Holder{User: "ann", Host: "laptop"})
		r := engine.UnlockRequest{Run: openRun, Epoch: 2, Closed: "done"}
		if err := h.dial(link.Target{Name: n}, link.Options{}).Unlock(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	h.wants(h.do("abandon", openRun, "--yes"), exitRefused, "was closed (done) by another controller", h.command("resume "+openRun))
}
