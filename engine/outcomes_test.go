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

const once = `
runbook: once
title: A step that only a person can settle
stages:
  - stage: work
    on: vellum
    steps:
      - {id: first, put-once: {key: first}}
      - {id: second, put: {key: second}}
`

// crowded is a node whose disk is full when it is to begin one task.
type crowded struct {
	engine.Node
	step string
}

func (c *crowded) Start(ctx context.Context, s engine.TaskSpec) (engine.TaskState, error) {
	if strings.Contains(s.Task, c.step) {
		return engine.TaskState{}, engine.Failf(engine.ClassSpace, "node state: no space left on device")
	}
	return c.Node.Start(ctx, s)
}

// TestNoSpaceForTheIntent: the task failed, nothing about it is unknown, and resume makes the next attempt.
func TestNoSpaceForTheIntent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, once)
		p, c := b.plan(), &enginetest.Controller{}
		x := b.executor(p, c, nil)
		x.Nodes["n2"] = &crowded{x.Nodes["n2"], "second"}
		left := (*engine.Incomplete)(nil)
		if err := x.Run(t.Context()); !errors.As(err, &left) || left.Failed != 1 || left.Unknown != 0 {
			t.Fatalf("%v %+v", err, left)
		}
		if _, err := b.run(p, c.Events, 0); err != nil || !b.w.has("n2/second") {
			t.Errorf("with space again: %v", err)
		}
	})
}

// mark tells the records that a task leaves when its work is done, before its receipt.
func mark(path string) bool { return strings.Contains(path, "/marks/") }

// TestManualIsNeverRepeated kills the task behind its work, before its receipt: nobody may do it again by itself.
func TestManualIsNeverRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, once)
		b.fleet.Node("n2").KillOn = mark
		p := b.plan()
		c, err := b.run(p, nil, 0)
		left := (*engine.Incomplete)(nil)
		if !errors.As(err, &left) || left.Unknown != 1 {
			t.Fatalf("run: %v", err)
		}
		if b.w.has("n2/second") || !b.w.has("n1/second") {
			t.Error("the node did not stop, or the others did")
		}
		if _, err := b.run(p, c.Events, 0); !errors.As(err, &left) || left.Unknown != 1 {
			t.Errorf("resume: %v", err)
		}
		if n := b.w.applied["n2/first"]; n != 1 {
			t.Errorf("it was applied %d times", n)
		}
	})
}

// TestDriftIsRefused: what was done when the plan was made is undone when the run starts.
func TestDriftIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simple)
		b.w.is["n1/swap-a"] = true
		p := b.plan()
		delete(b.w.is, "n1/swap-a")
		_, err := b.run(p, nil, 0)
		if engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), "swap/swapped[a]@n1") {
			t.Fatalf("run: %v", err)
		}
		for _, n := range b.names() {
			if s, err := b.fleet.Node(n).Agent().State(t.Context(), ""); err != nil || s.Lock != nil {
				t.Errorf("%s stays locked by a refused run: %v %v", n, s.Lock, err)
			}
		}
		if len(b.w.applied) > 0 {
			t.Errorf("a refused run did %v", b.w.applied)
		}
	})
}

// TestAnotherRunIsRefused: an open run holds its nodes, those without tasks as well, and its holder is named.
func TestAnotherRunIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simple)
		b.w.failing["n2/swap-a"] = 3
		if _, err := b.run(b.plan(), nil, 0); err == nil {
			t.Fatal("the first run did not fail")
		}
		b.basis.Run = "20261122T020000Z-zz"
		_, err := b.run(b.plan(), nil, 0)
		locked := (*engine.Locked)(nil)
		if !errors.As(err, &locked) || !strings.Contains(err.Error(), "op@here") {
			t.Errorf("second run: %v", err)
		}
	})
}

// TestCloseOnFailure: such a run does its finally steps, releases the nodes and is closed as failed, also where only
// finally fails; not where an outcome is unknown.
func TestCloseOnFailure(t *testing.T) {
	for name, c := range map[string]struct {
		fails        string
		unsure, open bool
	}{
		"a stage":            {fails: "n2/swap-a"},
		"finally":            {fails: "n2/rearmed"},
		"an unknown stage":   {"n2/swap-a", true, true},
		"an unknown finally": {"n2/rearmed", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { closedOnFailure(t, c.fails, c.unsure, c.open) })
		})
	}
}

func closedOnFailure(t *testing.T, fails string, unsure, open bool) {
	book := strings.Replace(simple, "inputs:", "on-failure: close\ninputs:", 1)
	if unsure {
		book = strings.NewReplacer("put: {", "put-once: {", `, retry: {attempts: 3, if: 'failure == "io"'}`, "", "put-again: {key: rearmed", "put-once: {key: rearmed").Replace(book)
	}
	b := newBench(t, book)
	b.w.failing[fails], b.w.unsure = 3, unsure
	c, err := b.run(b.plan(), nil, 0)
	left := (*engine.Incomplete)(nil)
	if !errors.As(err, &left) || left.Open != open {
		t.Fatalf("run: %v", err)
	}
	if b.w.applied["n2/rearmed"] == 0 && !open {
		t.Error("finally did not run")
	}
	if last := c.Events[len(c.Events)-1]; (last.Type == engine.EventClosed && last.Reason == "failed") == open {
		t.Errorf("last event: %s %s", last.Type, last.Reason)
	}
}

// TestDeadline: when it is over, what runs ends and nothing new starts; the run stays open.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, strings.Replace(simple, "inputs:", "deadline: 1m\ninputs:", 1))
		p := b.plan()
		c := &enginetest.Controller{}
		b.w.slow["n1/stage-a"] = 2 * time.Minute
		left := (*engine.Incomplete)(nil)
		if err := b.executor(p, c, nil).Run(t.Context()); !errors.As(err, &left) || !left.Overdue || !left.Open {
			t.Fatalf("run: %v", err)
		}
		if !b.w.has("n1/stage-a") || b.w.has("n1/stage-b") {
			t.Error("the task that ran did not end, or one was started behind the deadline")
		}
	})
}

// TestStopStartsNothingNew: the first Ctrl-C lets what runs end; resume goes on from there.
func TestStopStartsNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simple)
		p := b.plan()
		c := &enginetest.Controller{}
		x := b.executor(p, c, nil)
		x.Observe = func(e engine.Event) {
			if e.Type == engine.EventBarrier && e.Stage == "prepare" {
				x.Stop()
			}
		}
		left := (*engine.Incomplete)(nil)
		if err := x.Run(t.Context()); !errors.As(err, &left) || !left.Stopped || !left.Open {
			t.Fatalf("run: %v", err)
		}
		if b.w.has("n1/swap-a") {
			t.Error("a task was started behind the stop")
		}
		if _, err := b.run(p, c.Events, 0); err != nil || !b.w.has("n1/rearmed") {
			t.Errorf("resume: %v", err)
		}
	})
}
