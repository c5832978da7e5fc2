package engine_test

import (
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
