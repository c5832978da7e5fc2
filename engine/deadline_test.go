package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// TestADeadlineIsNobodysStop: the run is not done because its time is over, which is kept until somebody takes it up again.
func TestADeadlineIsNobodysStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, `
runbook: late
title: Something that takes its time
deadline: 10s
stages:
  - stage: work
    on: sprout
    steps:
      - {id: first, put: {key: first}}
      - {id: second, put: {key: second}}
`)
		b.w.slow = map[string]time.Duration{"s1/first": 12 * time.Second}
		p := b.plan()
		c, err := b.run(p, nil, 0)
		left := (*engine.Incomplete)(nil)
		if !errors.As(err, &left) || left.Stopped || !left.Overdue || left.Left != 1 {
			t.Fatalf("%v %+v", err, left)
		}
		if s := engine.Fold(c.Events); s.Overdue != 10*time.Second {
			t.Errorf("the record says %s", s.Overdue)
		}
		c, err = b.run(p, c.Events, 0)
		if s := engine.Fold(c.Events); err != nil || s.Overdue != 0 {
			t.Errorf("resumed: %v, %s", err, s.Overdue)
		}
	})
}

// TestWhoDetachesLosesNothing: the record names no node as lost.
func TestWhoDetachesLosesNothing(t *testing.T) {
	b := newBench(t, once)
	b.w.slow = map[string]time.Duration{"n1/first": 100 * time.Millisecond}
	c, p := &enginetest.Controller{}, b.plan()
	ctx, detach := context.WithCancel(t.Context())
	x := b.executor(p, c, nil)
	x.Observe = func(e engine.Event) {
		if e.Type == engine.EventBegin && e.Node == "n1" {
			detach()
		}
	}
	if err := x.Run(ctx); err == nil {
		t.Error("the run is done")
	}
	for _, n := range b.names() {
		b.fleet.Node(n).Idle()
	}
	for _, e := range c.Events {
		if e.Type == engine.EventLost {
			t.Errorf("lost %s: %s", e.Node, e.Message)
		}
	}
}
