package engine_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

const patientBook = `
runbook: patient
title: Tries again, after a while
deadline: 10h
stages:
  - stage: swap
    on: vellum
    steps:
      - {id: swapped, put: {key: a}, retry: {attempts: 3, backoff: 50s}}
`

// stoppedInPause runs the book where n1 fails once, and gives what was told at its end and how long it took.
func stoppedInPause(t *testing.T, b *bench, stop func(*engine.Executor)) (*engine.Incomplete, *enginetest.Controller, time.Duration) {
	t.Helper()
	b.w.failing["n1/a"] = 1
	c := &enginetest.Controller{}
	x, began := b.executor(b.plan(), c, nil), time.Now()
	stop(x)
	var left *engine.Incomplete
	if err := x.Run(t.Context()); !errors.As(err, &left) {
		t.Fatalf("the run did not stay open: %v", err)
	}
	return left, c, time.Since(began)
}

// TestNothingBeginsAfterAStoppedPause: the operator, or the deadline, stops the run while a task waits for its next
// attempt. It waits no longer, and a resume makes the attempt.
func TestNothingBeginsAfterAStoppedPause(t *testing.T) {
	stops := map[string]func(b *bench, x *engine.Executor){
		"Ctrl-C":       func(_ *bench, x *engine.Executor) { time.AfterFunc(10*time.Second, x.Stop) },
		"the deadline": func(b *bench, _ *engine.Executor) { b.basis.Runbook.Deadline = 10 * time.Second },
	}
	for name, stop := range stops {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, patientBook)
				left, c, took := stoppedInPause(t, b, func(x *engine.Executor) { stop(b, x); x.Basis = b.basis })
				if n := b.w.applied["n1/a"]; n != 1 || left.Stopped == left.Overdue || took > 20*time.Second {
					t.Errorf("applied %d times, %+v, after %s", n, left, took)
				}
				if !slices.ContainsFunc(c.Events, func(e engine.Event) bool { return e.Type == engine.EventRetry }) {
					t.Error("there was no pause")
				}
				p := b.plan()
				if _, err := b.run(p, c.Events, 0); err != nil || b.w.applied["n1/a"] != 2 {
					t.Errorf("resume: %v, applied %d times", err, b.w.applied["n1/a"])
				}
			})
		})
	}
}

// TestWhatWasCancelledIsNotRetried: a task that a person cancelled, from wherever, is not begun again by its retry.
func TestWhatWasCancelledIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, patientBook)
		b.w.class = engine.ClassCancelled
		left, _, _ := stoppedInPause(t, b, func(*engine.Executor) {})
		if n := b.w.applied["n1/a"]; n != 1 || left.Stopped || left.Failed != 1 {
			t.Errorf("applied %d times, %+v", n, left)
		}
	})
}

// TestACancelledTaskIsResumed: a checked task that was cancelled in the middle, so that nobody knows its end, is settled and
// begun again by a resume, and by the next one where it is cancelled again.
func TestACancelledTaskIsResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, patientBook)
		b.w.class, b.w.unsure, b.w.failing["n1/a"] = engine.ClassCancelled, true, 2
		p := b.plan()
		var events []engine.Event
		var left *engine.Incomplete
		for n := 1; n <= 2; n++ {
			c, err := b.run(p, events, 0)
			if !errors.As(err, &left) || b.w.applied["n1/a"] != n {
				t.Fatalf("cancelled %d times: %v, applied %d times", n, err, b.w.applied["n1/a"])
			}
			events = c.Events
		}
		if _, err := b.run(p, events, 0); err != nil || b.w.applied["n1/a"] != 3 {
			t.Errorf("resumed: %v, applied %d times", err, b.w.applied["n1/a"])
		}
	})
}
