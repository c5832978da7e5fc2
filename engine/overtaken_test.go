package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// TestAnOvertakenRecordIsRefused: a controller dies, another one takes the run up from its record and dies later or
// ends the run. Whoever then goes on from the first record would repeat and undo what was done since.
func TestAnOvertakenRecordIsRefused(t *testing.T) {
	tests := []struct {
		name  string
		dieAt int
		says  string
	}{
		{"the other one closed the run", 0, "was closed (done) by another controller"},
		{"the other one died in it", 45, "another controller took run"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, simple)
			p := b.plan()
			first, err := b.run(p, nil, 20)
			if err == nil {
				t.Fatal("the first controller did not die")
			}
			if _, err := b.run(p, first.Events, tt.dieAt); (err == nil) != (tt.dieAt == 0) {
				t.Fatalf("the second controller: %v", err)
			}
			before := b.w.state()
			_, err = b.run(p, first.Events, 0)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the first record was taken up again: %v", err)
			}
			if now := b.w.state(); len(now) != len(before) {
				t.Errorf("%d things were done, now %d", len(before), len(now))
			}
		})
	}
}

// TestADisplacedController: another one takes the run over while a task is about to start. Nothing more begins, and nothing is
// noted as failed that the other one may have done by now.
func TestADisplacedController(t *testing.T) { synctest.Test(t, aDisplacedController) }

func aDisplacedController(t *testing.T) {
	b := newBench(t, simple)
	p := b.plan()
	c := &enginetest.Controller{}
	x := b.executor(p, c, nil)
	x.Observe = func(e engine.Event) {
		if e.Type == engine.EventBegin && e.Task == "swap/swapped[a]@n2" {
			r := engine.LockRequest{LockRecord: engine.LockRecord{Run: p.Run, Epoch: e.Epoch + 99, Holder: engine.Holder{User: "ann", Host: "laptop"}}, Plan: []byte("{}")}
			if err := b.fleet.Node("n2").Agent().Lock(t.Context(), r); err != nil {
				t.Error(err)
			}
		}
	}
	err := x.Run(t.Context())
	if !errors.Is(err, engine.ErrOvertaken) || !strings.Contains(err.Error(), "(ann@laptop)") || !strings.Contains(engine.NextOf(err), "resume --adopt n2 "+p.Run) {
		t.Fatalf("%v, next: %s", err, engine.NextOf(err))
	}
	if s := engine.Fold(c.Events); s.Closed != "" || s.Tasks["swap/swapped[a]@n2"].Outcome != "" || b.w.has("n2/swap-a") || b.w.has("n1/rearmed") {
		t.Errorf("closed %q, %+v", s.Closed, s.Tasks["swap/swapped[a]@n2"])
	}
}

// TestARunThatBeganIsNeverRefused: its record ends where nothing has begun, the nodes have work of it and are no longer as
// the plan had them, as in the middle of every restore. They stay locked and the run stays open.
func TestARunThatBeganIsNeverRefused(t *testing.T) { synctest.Test(t, aRunThatBeganIsNeverRefused) }

func aRunThatBeganIsNeverRefused(t *testing.T) {
	b := newBench(t, simple)
	b.w.is["n1/swap-a"] = true // and away when the run is taken up: the plan no longer holds
	p := b.plan()
	first, err := b.run(p, nil, 14)
	if err == nil || !first.Dead() {
		t.Fatalf("the first controller did not die: %v", err)
	}
	delete(b.w.is, "n1/swap-a")
	before, held := len(b.w.applied), b.holders()
	locked := slices.IndexFunc(first.Events, func(e engine.Event) bool { return e.Type == engine.EventLocked })
	for name, events := range map[string][]engine.Event{"before the lock": first.Events[:locked], "behind the lock": first.Events[:locked+1]} {
		c, err := b.run(p, slices.Clone(events), 0)
		if !errors.Is(err, engine.ErrOvertaken) || !strings.Contains(engine.NextOf(err), "resume --adopt n1 "+p.Run) {
			t.Errorf("%s: %v, next: %s", name, err, engine.NextOf(err))
		}
		if closed := engine.Fold(c.Events).Closed; closed != "" || len(b.w.applied) != before {
			t.Errorf("%s: closed as %q, %d things were done, now %d", name, closed, before, len(b.w.applied))
		}
		for n, run := range held {
			if now := b.holders()[n]; now != run {
				t.Errorf("%s: %s was held by %s, now by %q", name, n, run, now)
			}
		}
	}
}

// TestTakenUpInAFirstStageOnTheController: no node has work of the run, so an adoption recalls none, and a record that was
// cut short has none. The controller's own agent, which has the task, is no other controller.
func TestTakenUpInAFirstStageOnTheController(t *testing.T) {
	events := []engine.Event{{Type: engine.EventCreated, Run: "20261122T010203Z-k7"}, {Type: engine.EventLocked, Epoch: 1, Message: "adopted"}}
	for name, record := range map[string][]engine.Event{"adopted": events, "cut short": events[:1]} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { takenUpInAFirstStage(t, slices.Clone(record)) })
		})
	}
}

func takenUpInAFirstStage(t *testing.T, record []engine.Event) {
	b := newBench(t, `
runbook: asks
title: Asks first
locks: [vellum]
stages:
  - {stage: ask, on: controller, steps: [{id: seen, look: {}}, {id: sure, look: {}}]}
  - {stage: work, on: vellum, steps: [{id: work, put: {key: work}}]}
`)
	p := b.plan()
	if first, err := b.run(p, nil, 6); err == nil || !first.Dead() {
		t.Fatalf("the controller did not die: %v", err)
	}
	for _, n := range append(slices.Clone(p.Nodes), engine.ControllerNode) {
		s, err := b.fleet.Node(n).Agent().State(t.Context(), p.Run)
		if err != nil || s.Began() != (n == engine.ControllerNode) {
			t.Fatalf("%s: %+v, %v", n, s, err)
		}
	}
	c, err := b.run(p, record, 0)
	if err != nil || engine.Fold(c.Events).Closed != "done" || b.w.applied["n1/work"] != 1 {
		t.Errorf("%v, next: %s", err, engine.NextOf(err))
	}
}

// TestClosedElsewhere: the close is whole when no node is locked by the run any more; the lock of the controller's own agent is
// nobody else's to release.
func TestClosedElsewhere(t *testing.T) {
	const run = "20261122T010203Z-k7"
	closed := engine.NodeState{Closed: &engine.UnlockRequest{Run: run, Epoch: 2, Closed: "done"}}
	locked := engine.NodeState{Lock: &engine.LockRecord{Run: run, Epoch: 2}}
	for name, c := range map[string]struct {
		nodes map[string]engine.NodeState
		want  string
	}{
		"everywhere":         {map[string]engine.NodeState{"a": closed, "b": closed}, "done"},
		"cut short":          {map[string]engine.NodeState{"a": closed, "b": locked}, ""},
		"all but the own":    {map[string]engine.NodeState{"a": closed, engine.ControllerNode: locked}, "done"},
		"another run's lock": {map[string]engine.NodeState{"a": closed, "b": {Lock: &engine.LockRecord{Run: "other"}}}, "done"},
		"nowhere":            {map[string]engine.NodeState{"a": locked}, ""},
	} {
		if got := engine.ClosedElsewhere(run, &engine.State{Epoch: 1}, c.nodes); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := engine.ClosedElsewhere(run, &engine.State{Epoch: 2}, map[string]engine.NodeState{"a": closed}); got != "" {
		t.Errorf("what the record knows was done elsewhere as %q", got)
	}
}

// TestOvertakenByALaterEpoch: whatever began or was passed under one that the record does not know.
func TestOvertakenByALaterEpoch(t *testing.T) {
	for epoch, want := range map[int64]bool{1: false, 2: true} {
		ref := engine.TaskRef{Run: "20261122T010203Z-k7", Epoch: epoch, Task: "s/x@a", Attempt: 1}
		for what, node := range map[string]engine.NodeState{
			"a receipt": {Tasks: []engine.TaskState{{Standing: engine.Ended, Receipt: &engine.Receipt{TaskRef: ref}}}},
			"a barrier": {Barriers: []engine.Barrier{{Run: ref.Run, Epoch: epoch, Stage: "s"}}},
			"an intent": {Intents: []engine.TaskRef{ref}},
			"a task":    {Alive: []engine.TaskRef{ref}},
		} {
			if got := engine.Overtaken(&engine.State{Verified: true, Epoch: 1}, "a", node); got != want {
				t.Errorf("%s of epoch %d: overtaken is %v", what, epoch, got)
			}
		}
	}
}
