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
