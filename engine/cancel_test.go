package engine_test

import (
	"errors"
	"testing"

	"tidemark/engine"
)

// TestACancelledTaskIsNotBegunAgain: a cancelled task is settled as not done; its next attempt waits for a resume.
func TestACancelledTaskIsNotBegunAgain(t *testing.T) {
	b := newBench(t, `
runbook: once
title: Something that is cancelled
stages:
  - stage: work
    on: vellum
    steps:
      - {id: work, put: {key: work}}
`)
	b.w.cancelled = true
	p := b.plan()
	c, err := b.run(p, nil, 0)
	if left := (*engine.Incomplete)(nil); !errors.As(err, &left) || !left.Open {
		t.Fatalf("the run ended with %v", err)
	}
	if n := b.w.applied["n1/work"]; n != 1 {
		t.Errorf("begun %d times, want once", n)
	}
	b.w.cancelled = false
	if _, err := b.run(p, c.Events, 0); err != nil || !b.w.has("n1/work") {
		t.Errorf("resume: %v", err)
	}
}
