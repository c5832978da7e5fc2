package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

const checked = `
runbook: checked
title: A step that the node can settle
stages:
  - stage: work
    on: sprout
    steps:
      - {id: first, put: {key: first}}
      - {id: second, put: {key: second}}
`

// TestWhatTheNodeCannotTellStaysUnknown: it is not begun again in hope, and settled once the node can tell.
func TestWhatTheNodeCannotTellStaysUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, checked)
		b.fleet.Node("s1").KillOn = func(path string) bool {
			b.w.dim = mark(path)
			return b.w.dim
		}
		p := b.plan()
		c, err := b.run(p, nil, 0)
		for _, when := range []string{"run", "resume"} {
			left := (*engine.Incomplete)(nil)
			if !errors.As(err, &left) || left.Unknown != 1 || left.Failed != 0 {
				t.Fatalf("%s: %v", when, err)
			}
			if m := engine.Fold(c.Events).Tasks["work/first@s1"].Message; !strings.Contains(m, "cannot tell whether it was done: it is dark") {
				t.Errorf("%s: %q", when, m)
			}
			c, err = b.run(p, c.Events, 0)
		}
		b.w.dim = false
		if _, err := b.run(p, c.Events, 0); err != nil || b.w.applied["s1/first"] != 1 || !b.w.has("s1/second") {
			t.Errorf("when it can tell: %v, applied %v", err, b.w.applied)
		}
	})
}

// TestWhatIsNeverSettledAsDoneIsBegunSoOften: a task that ends without a known outcome each time, and is found not done.
func TestWhatIsNeverSettledAsDoneIsBegunSoOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, checked)
		b.w.breaks = true
		c, err := b.run(b.plan(), nil, 0)
		left := (*engine.Incomplete)(nil)
		if !errors.As(err, &left) || left.Failed != 1 || b.w.applied["s1/first"] != 4 {
			t.Fatalf("%v, applied %v", err, b.w.applied)
		}
		r := engine.Fold(c.Events).Tasks["work/first@s1"]
		if !strings.HasPrefix(r.Message, "not done after 4 attempts; the last one: ") || !strings.Contains(r.Next, "tidemark logs ") {
			t.Errorf("%q, next: %s", r.Message, r.Next)
		}
	})
}

// overrun is a node that another controller has by now.
type overrun struct{ engine.Node }

func (o overrun) Settle(_ context.Context, ref engine.TaskRef) error {
	return engine.TakenOver(engine.Failf(engine.ClassPrecondition, "epoch %d was overtaken", ref.Epoch), "s1", ref.Run)
}

// TestATakenOverNodeIsNotSettled: what is unknown there is the other controller's, and so is the run.
func TestATakenOverNodeIsNotSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, checked)
		b.fleet.Node("s1").KillOn = mark
		c := &enginetest.Controller{}
		x := b.executor(b.plan(), c, nil)
		x.Nodes["s1"] = overrun{x.Nodes["s1"]}
		if err := x.Run(t.Context()); !errors.Is(err, engine.ErrOvertaken) {
			t.Errorf("%v", err)
		}
		if r := engine.Fold(c.Events).Tasks["work/first@s1"]; strings.Contains(r.Message, "overtaken") {
			t.Errorf("noted: %+v", r)
		}
	})
}

// unending is a node where what lives of a task cannot be ended.
type unending struct{ engine.Node }

func (u unending) Wait(context.Context, engine.TaskRef, func(engine.Progress)) (engine.TaskState, error) {
	return engine.TaskState{}, engine.Failf(engine.ClassPrecondition, "cannot be ended: process 4711 (sudo): operation not permitted")
}

// TestWhatCannotBeEndedHasNotFailed: the task lives on beyond its time, so there is no next attempt.
func TestWhatCannotBeEndedHasNotFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, checked)
		b.w.slow["s1/first"] = time.Hour
		defer b.fleet.Node("s1").Idle()
		c := &enginetest.Controller{}
		x := b.executor(b.plan(), c, nil)
		x.Nodes["s1"] = unending{x.Nodes["s1"]}
		left := (*engine.Incomplete)(nil)
		if err := x.Run(t.Context()); !errors.As(err, &left) || left.Unknown != 1 || left.Failed != 0 {
			t.Errorf("%v", err)
		}
		if r := engine.Fold(c.Events).Tasks["work/first@s1"]; !r.Open {
			t.Errorf("%+v", r)
		}
	})
}
