package main

import (
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// TestAStateDirectoryThatIsGone: nothing is known here, and the nodes know the rest.
func TestAStateDirectoryThatIsGone(t *testing.T) {
	h := newHouse(t)
	for verb, code := range map[string]int{"status": exitUsage, "runs": 0} {
		h.wants(h.do(verb), code, "the state directory "+h.state+" does not exist: no run is known here", h.command("nodes"))
	}
}

// TestARunWithoutItsPlan is there all the same: its nodes are locked, and keep the plan.
func TestARunWithoutItsPlan(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	if err := os.Remove(filepath.Join(journal.Dir(h.state, openRun), "plan.json")); err != nil {
		t.Fatal(err)
	}
	h.wants(h.do("runs"), 0, openRun, "unreadable")
	h.wants(h.do("status"), exitRefused, "plan.json: it is gone", "resume --adopt NODE… "+openRun)
}

// TestARunThatEndedElsewhereIsNotCounted: what the record here has of its tasks is older than its end.
func TestARunThatEndedElsewhereIsNotCounted(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen, engine.Event{Type: engine.EventClosed, Reason: "done", Message: engine.ByAnother})
	h.wants(h.do("runs"), 0, "closed: done "+engine.ByAnother+"  ?")
	h.wants(h.do("runs", "-o", "json"), 0, `"old": true`)
}

// TestWhoSaidNoWantsOut: abandon comes first, unless a service is down.
func TestWhoSaidNoWantsOut(t *testing.T) {
	a, p := &app{}, &engine.Plan{Run: "R"}
	s := &engine.State{Tasks: map[string]*engine.TaskRecord{"a/c@n": {Outcome: engine.Failed, Message: engine.AnsweredNo + "Sure?"}}}
	if got, want := a.onward(p, s, false), "to end it:\n  tidemark abandon R\nto be asked again:\n  tidemark resume R"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Tasks["a/d@n"] = &engine.TaskRecord{Outcome: engine.Failed, Message: "full"}
	if got := a.onward(p, s, false); got != "tidemark resume R" {
		t.Errorf("beside another failure: %q", got)
	}
}

// TestWhyANodeIsOfNoUse: a login that sudo refuses was no refused login.
func TestWhyANodeIsOfNoUse(t *testing.T) {
	for text, want := range map[string]string{"n: sudo refused ops: a password is required": "sudo refused", "n: ssh: Permission denied (publickey)": "login refused"} {
		if got := unusable(nodeLine{Class: engine.ClassAuth, Error: text}); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
