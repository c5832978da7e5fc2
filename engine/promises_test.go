package engine_test

import (
	"context"
	"testing"

	"tidemark/engine"
)

// turn switches something on or off; its promise can be looked at again.
type turn struct {
	To string `json:"to" help:"on or off" required:"true"`
	w  *world
}

func (s *turn) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	f, err := v.Fact("switch", func() (string, error) { return s.now(v.Node), nil })
	c := engine.Change{Sign: engine.Changes, Summary: "turn " + s.To, Will: []engine.Fact{{Key: "switch", Value: s.To}}}
	if f.Value == s.To {
		c.Sign = engine.Same
	}
	return c, err
}

func (s *turn) now(node string) string {
	if s.w.has(node + "/on") {
		return "on"
	}
	return "off"
}

func (s *turn) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	err := s.w.do(h.Node + "/turned " + s.To)
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.is[h.Node+"/on"] = s.To == "on"
	return engine.Output{}, err
}

func (s *turn) Probe(_ context.Context, v *engine.View, _ string) (string, error) {
	return s.now(v.Node), nil
}

const switching = `
runbook: switching
title: On, then off
stages:
  - stage: work
    on: vellum
    steps:
      - {id: light, turn: {to: "on"}}
  - stage: more
    on: vellum
    steps:
      - {id: dark, turn: {to: "off"}}
`

// TestWhatIsDoneAgainOverrulesWhatCameBehindIt: the first switch has to be thrown again, so the second one must be, too.
func TestWhatIsDoneAgainOverrulesWhatCameBehindIt(t *testing.T) {
	b := newBench(t, switching)
	p := b.plan()
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	open := c.Events[:len(c.Events)-1] // killed just before it closed
	open = append(open, engine.Event{Type: engine.EventInvalid, Task: "work/light@n1", Node: "n1"})
	if _, err := b.run(p, open, 0); err != nil {
		t.Fatal(err)
	}
	if b.w.has("n1/on") || b.w.applied["n1/turned off"] != 2 {
		t.Errorf("n1 was left on; switched off %d times", b.w.applied["n1/turned off"])
	}
	if n := b.w.applied["n2/turned off"]; n != 1 {
		t.Errorf("n2 was switched off %d times", n)
	}
}

// TestWhatWasDoneAlreadyPromisesWhatWasApproved: a task that finds its work done leaves the same to later ones.
func TestWhatWasDoneAlreadyPromisesWhatWasApproved(t *testing.T) {
	b := newBench(t, switching)
	p := b.plan()
	p.Stages[0].Tasks[0].Change.Will = append(p.Stages[0].Tasks[0].Change.Will, engine.Fact{Key: "warm", Value: "true"})
	b.w.is["n1/on"] = true
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	facts, _ := engine.Fold(c.Events).Promises(p, "n1")
	if facts["warm"] != "true" || facts["switch"] != "off" {
		t.Errorf("promised: %v", facts)
	}
}

// TestAnOpenTaskBreaksNoPromise ends the controller before each line of a run that switches on, then off.
// Whoever resumes while a switching is under way must not take it for a broken promise of the one before.
func TestAnOpenTaskBreaksNoPromise(t *testing.T) {
	whole := newBench(t, switching)
	c, err := whole.run(whole.plan(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; at < len(c.Events); at++ {
		b := newBench(t, switching)
		p := b.plan()
		first, err := b.run(p, nil, at)
		if err == nil {
			t.Fatalf("line %d: the controller did not die", at)
		}
		if _, err := b.run(p, first.Events, 0); err != nil {
			t.Fatalf("line %d: resume: %v", at, err)
		}
		for key, n := range b.w.applied {
			if n != 1 {
				t.Errorf("line %d: %s %d times", at, key, n)
			}
		}
	}
}
