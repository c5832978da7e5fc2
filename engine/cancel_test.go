package engine_test

import (
	"context"
	"errors"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// TestNothingBeginsAgainOnceStopped: a task whose outcome is unknown is settled as not done after the operator stopped
// the run; its next attempt waits for a resume.
func TestNothingBeginsAgainOnceStopped(t *testing.T) {
	b := newBench(t, `
runbook: once
title: Something that breaks
stages:
  - stage: work
    on: vellum
    steps:
      - {id: work, put: {key: work}}
`)
	b.w.breaks = true
	p := b.plan()
	c := &enginetest.Controller{}
	x := &engine.Executor{Plan: p, Basis: b.basis, Nodes: c.Nodes(b.fleet, b.names()...), Journal: c, State: engine.NewState()}
	x.Observe = func(e engine.Event) {
		if e.Type == engine.EventBegin {
			x.Stop()
		}
	}
	if left := (*engine.Incomplete)(nil); !errors.As(x.Run(t.Context()), &left) || !left.Stopped {
		t.Fatal("the run was not stopped")
	}
	for key, n := range b.w.applied {
		if n != 1 {
			t.Errorf("%s was begun %d times, want once", key, n)
		}
	}
	b.w.breaks = false
	if _, err := b.run(p, c.Events, 0); err != nil || !b.w.has("n1/work") {
		t.Errorf("resume: %v", err)
	}
}

// TestLetGoBeforeTheFirstStep: who interrupts a run while its plan is compared with the nodes reads that, and no call that was
// broken off; the run is closed.
func TestLetGoBeforeTheFirstStep(t *testing.T) {
	for _, twice := range []bool{true, false} {
		newBench(t, `
runbook: once
title: Something that is let go
stages:
  - stage: work
    on: vellum
    steps:
      - {id: work, put: {key: work}}
`).letGo(t, twice)
	}
}

// letGo runs the bench's plan and interrupts it behind its locks, once or twice.
func (b *bench) letGo(t *testing.T, twice bool) {
	t.Helper()
	c := &enginetest.Controller{}
	x := &engine.Executor{Plan: b.plan(), Basis: b.basis, Nodes: c.Nodes(b.fleet, b.names()...), Journal: c, State: engine.NewState()}
	ctx, let := context.WithCancel(t.Context())
	x.Observe = func(e engine.Event) {
		if e.Type == engine.EventLocked {
			x.Stop()
			if twice {
				let()
			}
		}
	}
	err := x.Run(ctx)
	if !errors.Is(err, context.Canceled) || err.Error() != "interrupted before the first step; nothing was done" || engine.ClassOf(err) != engine.ClassCancelled {
		t.Errorf("%v, class %v", err, engine.ClassOf(err))
	}
	if end := c.Events[len(c.Events)-1]; x.Began() || end.Reason != engine.ClosedRefused || end.Message != err.Error() {
		t.Errorf("began %v, %+v", x.Began(), end)
	}
}

// TestResumeGoesOnWithWhatWasCancelled: an attempt that was cancelled while no process drove the run is not what the resume fails
// with; one that ended so without being noted is.
func TestResumeGoesOnWithWhatWasCancelled(t *testing.T) {
	for _, noted := range []bool{true, false} {
		b := newBench(t, `
runbook: once
title: Something that is cancelled
stages:
  - stage: work
    on: sprout
    steps:
      - {id: work, put-again: {key: work}}
`)
		b.w.class, b.w.failing["s1/work"] = engine.ClassCancelled, 1
		p := b.plan()
		var c *enginetest.Controller
		for at := 1; c == nil || c.Events[len(c.Events)-1].Type != engine.EventBegin; at++ {
			c, _ = b.run(p, nil, at)
		}
		events := c.Events
		if noted {
			events = append(events, engine.Event{Type: engine.EventCancel, Task: p.Stages[0].Tasks[0].ID, Attempt: 1})
		}
		if _, err := b.run(p, events, 0); (err == nil) != noted || b.w.has("s1/work") != noted {
			t.Errorf("noted %v: %v, done %v", noted, err, b.w.has("s1/work"))
		}
	}
}
