package engine_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// TestWhatAWipedNodeHadBegunIsUnknown: the controller and a task of n2 are killed, n2's records go with its disk. Behind the new
// lock n2 knows of nothing, and what had begun there must not begin as if it never had.
func TestWhatAWipedNodeHadBegunIsUnknown(t *testing.T) {
	for _, c := range []struct {
		kind    string
		worked  bool // the task had done its work before the records went
		unknown bool
	}{
		{"put-once", true, true},
		{"put-once", false, true},
		{"put", true, false}, // the node shows whether it is done
		{"put", false, false},
		{"put-again", true, false},
	} {
		t.Run(c.kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, strings.ReplaceAll(once, "put-once", c.kind))
				n2 := b.fleet.Node("n2")
				p := b.plan()
				n2.KillOn = mark
				b.w.slow["n2/first"] = 2 * time.Second
				kill := time.Second
				if !c.worked {
					kill = 0 // before the node is asked to start it
				}
				events := b.until(p, "work/first@n2", kill)
				n2.KillOn = nil
				n2.Wipe()
				done, err := b.run(p, events, 0)
				left := (*engine.Incomplete)(nil)
				if got := errors.As(err, &left) && left.Unknown == 1; got != c.unknown || (err == nil) == c.unknown {
					t.Errorf("resumed: %v", err)
				}
				if n := b.w.applied["n2/first"]; n > 1 || n == 0 && (c.worked || !c.unknown) {
					t.Errorf("it was applied %d times", n)
				}
				if !slices.ContainsFunc(done.Events, func(e engine.Event) bool { return e.Type == engine.EventForgotten && e.Node == "n2" }) {
					t.Error("nothing was said of the records that are gone")
				}
			})
		})
	}
}

// TestAWipedNodeKnowsAgainWhatWasPassed: a run that is resumed leaves on a wiped node what an adoption needs there. The stage under
// way stays unpassed.
func TestAWipedNodeKnowsAgainWhatWasPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, once+"  - stage: later\n    on: vellum\n    steps:\n      - {id: third, put-once: {key: third}}\n")
		n2 := b.fleet.Node("n2")
		p, events := b.killedIn("later/third@n2", "third")
		n2.Wipe()
		if _, err := b.run(p, events, 0); err == nil {
			t.Fatal("the third step was settled")
		}
		state := func(node string) engine.NodeState {
			s, err := (&enginetest.Controller{}).Nodes(b.fleet, b.all()...)[node].State(t.Context(), p.Run)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		got, want := state("n2").Barriers, state("n1").Barriers
		if len(want) != 1 || len(got) != 1 || got[0].Stage != want[0].Stage || !reflect.DeepEqual(got[0].Outputs, want[0].Outputs) {
			t.Errorf("n2 has %+v, n1 has %+v", got, want)
		}
	})
}

// TestADiskFromAnOlderImage: n2 still has its lock, but not the receipt of a task that the journal calls done.
func TestADiskFromAnOlderImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, strings.Replace(once, "{id: second, put: {key: second}}", "{id: second, put-once: {key: second}}", 1))
		n2 := b.fleet.Node("n2")
		p, events := b.killedIn("work/second@n2", "second")
		n2.Lose("work/first@n2", "work/second@n2")
		left := (*engine.Incomplete)(nil)
		if _, err := b.run(p, events, 0); !errors.As(err, &left) || left.Unknown != 1 {
			t.Errorf("resumed: %v", err)
		}
		if n := b.w.applied["n2/second"]; n != 1 {
			t.Errorf("it was applied %d times", n)
		}
	})
}

// TestAnImageFromBeforeTheLastLock: n2's disk is put back as it was under the first controller. The task that began under the
// second one is the first of the node, so no receipt is missing; the lock of the second one is.
func TestAnImageFromBeforeTheLastLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, once)
		p, n2 := b.plan(), b.fleet.Node("n2")
		first, _ := b.run(p, nil, 2) // it dies behind the look at the facts
		if s := engine.Fold(first.Events); !s.Verified || len(s.Tasks) > 0 {
			t.Fatalf("the first controller came as far as %+v", s)
		}
		putBack := n2.Image()
		n2.KillOn = mark
		b.w.slow["n2/first"] = 2 * time.Second
		second := b.leaveFrom(p, first.Events, "work/first@n2", time.Second)
		n2.Idle()
		n2.KillOn = nil
		putBack()
		c, err := b.run(p, second.Events, 0)
		if r := engine.Fold(c.Events).Tasks["work/first@n2"]; err == nil || r.Outcome != engine.Unknown || !r.Manual || r.Attempt != 1 {
			t.Errorf("%v: %+v", err, r)
		}
	})
}

// TestALossIsToldOnce: behind the note the node is as any other. A task that began in the journal alone is started, and nothing is
// said again of what was lost.
func TestALossIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, strings.Replace(once, "{id: second, put: {key: second}}", "{id: second, put-once: {key: second}}", 1))
		p := b.plan()
		b.w.failing["n2/second"] = 1
		c, err := b.run(p, nil, 0)
		if err == nil {
			t.Fatal("it did not fail")
		}
		b.fleet.Node("n2").Lose("work/first@n2", "work/second@n2")
		c = b.leaveFrom(p, c.Events, "work/second@n2", 0)
		told := losses(c.Events)
		if c, err = b.run(p, c.Events, 0); err != nil || b.w.applied["n2/second"] != 2 {
			t.Errorf("%v, applied %v", err, b.w.applied)
		}
		if now := losses(c.Events); told != 1 || now != 1 {
			t.Errorf("told %d times, then %d times", told, now)
		}
	})
}

// TestNoLossWhereAnotherRunHasTheNodes: an undo has them. A node on which nothing had begun yet lost nothing.
func TestNoLossWhereAnotherRunHasTheNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, simple)
		p := b.plan()
		first, _ := b.run(p, nil, 3)
		b.basis.Run = undoRun
		undo := &enginetest.Controller{DieAt: 2}
		x := b.executor(b.plan(), undo, nil)
		x.TakeOver = firstRun
		if err := x.Run(t.Context()); !undo.Dead() || b.holders()["s1"] != undoRun {
			t.Fatal("the undo does not have the nodes", err)
		}
		b.basis.Run = firstRun
		c, err := b.run(p, first.Events, 0)
		if !errors.As(err, new(*engine.Locked)) || losses(c.Events) > 0 {
			t.Errorf("%v: told %d times", err, losses(c.Events))
		}
	})
}

func losses(events []engine.Event) (n int) {
	for _, e := range events {
		if e.Type == engine.EventForgotten {
			n++
		}
	}
	return n
}

// killedIn runs until the task of that key has left its mark on n2, where it is killed, and the controller with it.
func (b *bench) killedIn(task, key string) (*engine.Plan, []engine.Event) {
	b.t.Helper()
	n2 := b.fleet.Node("n2")
	n2.KillOn = func(path string) bool { return mark(path) && strings.Contains(path, key) }
	defer func() { n2.KillOn = nil }()
	b.w.slow["n2/"+key] = 2 * time.Second
	p := b.plan()
	return p, b.until(p, task, time.Second)
}

// until are the events of a run whose controller is killed so long after the task has begun; the task goes on.
func (b *bench) until(p *engine.Plan, task string, after time.Duration) []engine.Event {
	b.t.Helper()
	c := b.leave(p, task, after)
	for _, n := range b.all() {
		b.fleet.Node(n).Idle()
	}
	if open := engine.Fold(c.Events).Tasks[task]; open == nil || !open.Open {
		b.t.Fatalf("%s has not begun, or has ended: %+v", task, open)
	}
	return c.Events
}
