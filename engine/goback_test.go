package engine_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

const lit = `
runbook: lit
title: A lamp, and work in its light
stages:
  - stage: light
    on: sprout
    steps:
      - {id: lamp, turn: {to: "on"}}
  - stage: work
    on: sprout
    steps:
      - {id: first, put: {key: first}}
`

// TestAPassedStageIsTakenUpAgain: somebody put the lamp out, and lighting it again fails, or the controller is killed in it. No
// work begins before the lamp burns, and each resume tries again.
func TestAPassedStageIsTakenUpAgain(t *testing.T) {
	for _, end := range []string{"failed", "killed"} {
		t.Run(end, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { aPassedStageIsTakenUpAgain(t, end == "killed") })
		})
	}
}

func aPassedStageIsTakenUpAgain(t *testing.T, killed bool) {
	b := newBench(t, lit)
	p := b.plan()
	b.w.failing["s1/first"] = 1
	c, err := b.run(p, nil, 0)
	if err == nil || !b.w.has("s1/switch") {
		t.Fatal("the work did not fail in the light", err)
	}
	delete(b.w.is, "s1/switch")
	b.w.failing["s1/switch on"] = 1
	c = &enginetest.Controller{Events: c.Events}
	x := b.executor(p, c, c.Events)
	x.Observe = func(e engine.Event) {
		if killed && e.Type == engine.EventBegin && e.Task == "light/lamp@s1" {
			c.Kill()
		}
	}
	if err := x.Run(t.Context()); err == nil || engine.Fold(c.Events).Tasks["light/lamp@s1"].Attempt != 2 {
		t.Fatalf("the lamp did not fail: %v", err)
	}
	delete(b.w.is, "s1/switch")
	b.w.failing["s1/switch on"] = 1
	if c, err = b.run(p, c.Events, 0); b.w.applied["s1/first"] != 1 || !errors.As(err, new(*engine.Incomplete)) {
		t.Errorf("in the dark the work was begun %d times: %v", b.w.applied["s1/first"], err)
	}
	delete(b.w.is, "s1/switch")
	if _, err = b.run(p, c.Events, 0); err != nil || !b.w.has("s1/switch") || !b.w.has("s1/first") {
		t.Errorf("resumed: %v, %v", err, b.w.state())
	}
}
