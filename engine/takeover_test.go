package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

const (
	firstRun = "20261122T010203Z-k7"
	undoRun  = "20261123T000000Z-zz"
)

// leave drives the plan with a controller that dies so long after the task has begun; the task itself goes on. Without any time
// the node is not even asked to start it.
func (b *bench) leave(p *engine.Plan, task string, after time.Duration) *enginetest.Controller {
	b.t.Helper()
	return b.leaveFrom(p, nil, task, after)
}

// leaveFrom does so with a controller that knows the events so far.
func (b *bench) leaveFrom(p *engine.Plan, events []engine.Event, task string, after time.Duration) *enginetest.Controller {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	c := &enginetest.Controller{Events: slices.Clone(events)}
	c.OnDeath(cancel)
	x := b.executor(p, c, c.Events)
	x.Observe = func(e engine.Event) {
		if e.Type == engine.EventBegin && e.Task == task {
			if after == 0 {
				c.Kill()
			}
			time.AfterFunc(after, c.Kill)
		}
	}
	if err := x.Run(ctx); err == nil || !c.Dead() {
		b.t.Fatalf("the controller did not die behind %s: %v", task, err)
	}
	return c
}

// undoes is the run that takes firstRun back.
func (b *bench) undoes() (*enginetest.Controller, error) {
	b.t.Helper()
	b.basis.Run = undoRun
	c := &enginetest.Controller{}
	x := b.executor(b.plan(), c, nil)
	x.TakeOver = firstRun
	return c, x.Run(b.t.Context())
}

func (b *bench) holders() map[string]string {
	out := map[string]string{}
	for _, n := range b.names() {
		if s, err := b.fleet.Node(n).Agent().State(b.t.Context(), ""); err == nil && s.Lock != nil {
			out[n] = s.Lock.Run
		}
	}
	return out
}

// TestUndoOfAnOpenRun: the controller was killed, a task of its run goes on. The undo is refused while it lives and leaves
// all nodes to that run; then it takes them over, and the run that was undone cannot be taken up again.
func TestUndoOfAnOpenRun(t *testing.T) { synctest.Test(t, undoOfAnOpenRun) }

func undoOfAnOpenRun(t *testing.T) {
	b := newBench(t, simple)
	b.w.slow["n2/swap-a"] = time.Hour
	p := b.plan()
	first := b.leave(p, "swap/swapped[a]@n2", time.Second)
	_, err := b.undoes()
	if err == nil || !strings.Contains(err.Error(), "n2: task swap/swapped[a]@n2 of run "+firstRun+" still lives") {
		t.Fatalf("the undo beside a living task: %v", err)
	}
	for _, n := range b.names() {
		if by := b.holders()[n]; by != firstRun {
			t.Errorf("after the refusal %s is held by %q", n, by)
		}
	}
	if b.w.has("n1/repair") {
		t.Error("the refused undo worked")
	}
	b.fleet.Node("n2").Idle()
	if _, err := b.undoes(); err != nil || !b.w.has("n2/repair") {
		t.Fatalf("the undo when nothing lives: %v", err)
	}
	b.basis.Run = firstRun
	applied := len(b.w.applied)
	if _, err := b.run(p, first.Events, 0); err == nil || !strings.Contains(err.Error(), "taken over by run "+undoRun) || len(b.w.applied) != applied {
		t.Errorf("the run that was undone was taken up again: %v", err)
	}
}

// TestUndoKnowsWhatItFindsUnknown: a task of the run died without a receipt; the undo says so and looks for itself.
func TestUndoKnowsWhatItFindsUnknown(t *testing.T) { synctest.Test(t, undoKnowsWhatItFindsUnknown) }

func undoKnowsWhatItFindsUnknown(t *testing.T) {
	b := newBench(t, simple)
	b.w.slow["n2/swap-a"] = time.Hour
	p := b.plan()
	b.fleet.Node("n2").KillOn = func(path string) bool { return strings.HasSuffix(path, "/record") }
	b.leave(p, "prepare/staged[a]@n2", time.Second)
	b.fleet.Node("n2").Idle()
	c, err := b.undoes()
	if err != nil {
		t.Fatal(err)
	}
	says := slices.ContainsFunc(c.Events, func(e engine.Event) bool {
		return e.Type == engine.EventNote && e.Node == "n2" && strings.Contains(e.Message, "prepare/staged[a]@n2 of run "+firstRun+" ended without a receipt")
	})
	if !says {
		t.Error("the undo's journal does not name the task of unknown outcome")
	}
}

// TestARefusedUndoLeavesTheRunAsItWas: what was planned changed before the undo held the nodes.
func TestARefusedUndoLeavesTheRunAsItWas(t *testing.T) { synctest.Test(t, aRefusedUndo) }

func aRefusedUndo(t *testing.T) {
	b := newBench(t, simple)
	b.w.failing["n2/swap-a"] = 3
	p := b.plan()
	first, err := b.run(p, nil, 0)
	if err == nil {
		t.Fatal("the first run did not fail")
	}
	b.basis.Run = undoRun
	again := b.plan()
	delete(b.w.is, "n1/stage-a")
	c := &enginetest.Controller{}
	x := b.executor(again, c, nil)
	x.TakeOver = firstRun
	if err := x.Run(t.Context()); engine.ClassOf(err) != engine.ClassPrecondition {
		t.Fatalf("the undo is not refused: %v", err)
	}
	b.w.is["n1/stage-a"] = true
	b.basis.Run = firstRun
	if _, err := b.run(p, first.Events, 0); err != nil || !b.w.has("n2/rearmed") {
		t.Errorf("the run cannot go on: %v", err)
	}
}

// noRoom is a journal that has no room for the line that says which nodes are locked.
type noRoom struct{ *enginetest.Controller }

func (n noRoom) Append(e *engine.Event) error {
	if e.Type == engine.EventLocked {
		return errors.New("no space left on device")
	}
	return n.Controller.Append(e)
}

// TestLocksThatNoRecordKnowsAreGivenBack: nobody would look for them.
func TestLocksThatNoRecordKnowsAreGivenBack(t *testing.T) {
	b := newBench(t, simple)
	c := &enginetest.Controller{}
	x := b.executor(b.plan(), c, nil)
	x.Journal = noRoom{c}
	if err := x.Run(t.Context()); err == nil || len(b.holders()) > 0 {
		t.Errorf("%v, held: %v", err, b.holders())
	}
}
