package engine_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

// simple has the shape of a restore: a gate, work over items, a stop in order, a step that is done in turn.
const simple = `
runbook: simple
title: The shape of a restore
locks: [sprout]
inputs:
  things: {type: list, default: [a, b]}
stages:
  - stage: gate
    on: vellum
    steps:
      - {id: looked, look: {}}
  - stage: prepare
    on: vellum
    steps:
      - {id: staged, for-each: inputs.things, put-again: {key: "stage-${{ item }}"}}
  - stage: swap
    on: vellum
    steps:
      - {id: again, look: {}}
      - {id: swapped, for-each: inputs.things, put: {key: "swap-${{ item }}"}, retry: {attempts: 3, if: 'failure == "io"'}}
  - stage: repair
    on: vellum
    strategy: {parallel: 1}
    steps:
      - {id: repaired, put-again: {key: repair}}
finally:
  - {id: rearmed, put-again: {key: rearmed}}
`

func TestRunCarriesThePlanOut(t *testing.T) { synctest.Test(t, runCarriesThePlanOut) }

func runCarriesThePlanOut(t *testing.T) {
	b := newBench(t, simple)
	c, err := b.run(b.plan(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"n1/stage-a", "n3/swap-b", "n2/rearmed"} {
		if !b.w.has(key) {
			t.Errorf("%s was not done", key)
		}
	}
	if b.w.has("s1/rearmed") {
		t.Error("a node that is only locked got a task")
	}
	if last := c.Events[len(c.Events)-1]; last.Type != engine.EventClosed || last.Reason != "done" {
		t.Errorf("last event is %s %s, want closed done", last.Type, last.Reason)
	}
	s, err := b.fleet.Node("s1").Agent().State(t.Context(), "")
	if err != nil || s.Lock != nil {
		t.Errorf("the lock of s1 after the end: %v, %v", s.Lock, err)
	}
}

// TestControllerKilledAtEveryLine ends the controller before each line of the journal in turn; a second one takes
// up the stored plan. The end must be that of the uninterrupted run, and checked tasks were applied once.
func TestControllerKilledAtEveryLine(t *testing.T) { synctest.Test(t, controllerKilledAtEveryLine) }

func controllerKilledAtEveryLine(t *testing.T) {
	whole := newBench(t, simple)
	c, err := whole.run(whole.plan(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := whole.w.state()
	for at := 1; at < len(c.Events); at++ {
		b := newBench(t, simple)
		p := b.plan()
		first, err := b.run(p, nil, at)
		if err == nil || !first.Dead() {
			t.Fatalf("line %d: the controller did not die", at)
		}
		if _, err := b.run(p, first.Events, 0); err != nil {
			t.Fatalf("line %d: resume: %v", at, err)
		}
		if d := cmp.Diff(want, b.w.state()); d != "" {
			t.Errorf("line %d: another end (-want +got):\n%s", at, d)
		}
		b.once(at)
	}
}

// TestTaskKilledAtEveryRecord ends the task's process, or the agent, right after each durable record on one node; the
// run itself settles the task, and asks the next agent again.
func TestTaskKilledAtEveryRecord(t *testing.T) { synctest.Test(t, taskKilledAtEveryRecord) }

func taskKilledAtEveryRecord(t *testing.T) {
	whole := newBench(t, simple)
	if _, err := whole.run(whole.plan(), nil, 0); err != nil {
		t.Fatal(err)
	}
	want, records := whole.w.state(), whole.fleet.Node("n2").Records()
	if records < 10 {
		t.Fatalf("only %d records on n2", records)
	}
	for at := 1; at <= records; at++ {
		b := newBench(t, simple)
		b.fleet.Node("n2").KillAt = at
		if _, err := b.run(b.plan(), nil, 0); err != nil {
			t.Fatalf("record %d: %v", at, err)
		}
		if d := cmp.Diff(want, b.w.state()); d != "" {
			t.Errorf("record %d: another end (-want +got):\n%s", at, d)
		}
		b.once(at)
	}
}

// TestAgentKilledAtEveryRecord ends it the same way, and the controller gives the node up: the run ends there. It is
// resumed, or, where it was refused before it began, made again, with no lock left in the way.
func TestAgentKilledAtEveryRecord(t *testing.T) { synctest.Test(t, agentKilledAtEveryRecord) }

func agentKilledAtEveryRecord(t *testing.T) {
	whole := newBench(t, simple)
	if _, err := whole.run(whole.plan(), nil, 0); err != nil {
		t.Fatal(err)
	}
	want, broken := whole.w.state(), 0
	for at := 1; at <= whole.fleet.Node("n2").Records(); at++ {
		b := newBench(t, simple)
		b.fleet.GiveUp, b.fleet.Node("n2").KillAt = true, at
		p := b.plan()
		c, err := b.run(p, nil, 0)
		if err != nil {
			broken++
			err = b.goOn(p, c.Events)
		}
		if err != nil {
			t.Fatalf("record %d: %v", at, err)
		}
		if d := cmp.Diff(want, b.w.state()); d != "" {
			t.Errorf("record %d: another end (-want +got):\n%s", at, d)
		}
		b.once(at)
	}
	if broken < 8 { // plan, epoch, lock, four barriers, closed
		t.Errorf("the agent died %d times", broken)
	}
}

// goOn resumes a run that broke, or makes another one where it never began.
func (b *bench) goOn(p *engine.Plan, events []engine.Event) error {
	if engine.Fold(events).Epoch > 0 {
		_, err := b.run(p, events, 0)
		return err
	}
	b.basis.Run = "20261122T020000Z-zz"
	_, err := b.run(b.plan(), nil, 0)
	return err
}

// once checks that nothing but idempotent work was applied twice.
func (b *bench) once(at int) {
	b.t.Helper()
	for key, n := range b.w.applied {
		if n > 1 && key[len("n1/"):][:4] == "swap" {
			b.t.Errorf("at %d: %s was applied %d times", at, key, n)
		}
	}
}

func TestRetryAndFailure(t *testing.T) {
	tests := []struct {
		name    string
		failing int
		done    bool
	}{
		{"two failures are retried", 2, true},
		{"three are too many", 3, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, simple)
				b.w.failing["n2/swap-a"] = tt.failing
				p := b.plan()
				c, err := b.run(p, nil, 0)
				if left := (*engine.Incomplete)(nil); errors.As(err, &left) == tt.done {
					t.Fatalf("run: %v", err)
				}
				if tt.done {
					return
				}
				if b.w.has("n2/swap-b") || b.w.has("n1/repair") || b.w.has("n1/rearmed") {
					t.Error("work went on behind a failed step")
				}
				if _, err := b.run(p, c.Events, 0); err != nil {
					t.Fatalf("resume: %v", err)
				}
				if !b.w.has("n2/swap-b") || !b.w.has("n1/rearmed") {
					t.Error("resume did not finish the work")
				}
			})
		})
	}
}
