package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
)

// turn switches something on or off; its promise can be looked at again.
type turn struct {
	What string `json:"what" help:"what to switch" default:"switch"`
	To   string `json:"to" help:"on or off" required:"true"`
	w    *world
}

func (s *turn) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	f, err := v.Fact(s.What, func() (string, error) { return s.now(v.Node), nil })
	c := engine.Change{Sign: engine.Changes, Summary: "turn " + s.To, Will: []engine.Fact{{Key: s.What, Value: s.To}}}
	if f.Value == s.To {
		c.Sign = engine.Same
	}
	return c, err
}

func (s *turn) now(node string) string {
	if s.w.has(node + "/" + s.What) {
		return "on"
	}
	return "off"
}

func (s *turn) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	err := s.w.do(h.Node + "/" + s.What + " " + s.To)
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.is[h.Node+"/"+s.What] = s.To == "on"
	delete(s.w.is, h.Node+"/"+s.w.cuts[s.What])
	return engine.Output{}, err
}

func (s *turn) Probe(_ context.Context, v *engine.View, _ string) (string, error) {
	if s.w.deaf {
		return "", engine.Failf(engine.ClassConnect, "no answer from %s", v.Node)
	}
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
	if b.w.has("n1/switch") || b.w.applied["n1/switch off"] != 2 {
		t.Errorf("n1 was left on; switched off %d times", b.w.applied["n1/switch off"])
	}
	if n := b.w.applied["n2/switch off"]; n != 1 {
		t.Errorf("n2 was switched off %d times", n)
	}
}

const (
	surgePump = "{id: pump, turn: {what: pump, to: 'on'}}"
	surgeLamp = "{id: lamp, turn: {what: lamp, to: 'on'}}"
	surgeLast = "{id: last, put: {key: last}}"
)

// surge runs stages of these steps to their end, forgets the tasks that are open, stops the pump of n1 so that its next
// start cuts the lamp's power, and resumes. It gives the events of the resumed run.
func surge(t *testing.T, stages []string, open func(task string) bool) []engine.Event {
	t.Helper()
	book := "runbook: surge\ntitle: A pump and a lamp\nstages:\n"
	for i, steps := range stages {
		book += fmt.Sprintf("  - {stage: s%d, on: vellum, strategy: {parallel: 1}, steps: [%s]}\n", i, steps)
	}
	b := newBench(t, book)
	p := b.plan()
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	opened, last := false, fmt.Sprintf("s%d", len(stages)-1)
	before := slices.DeleteFunc(c.Events[:len(c.Events)-1], func(e engine.Event) bool { // killed just before it closed
		opened = opened || open(e.Task)
		return open(e.Task) || opened && e.Type == engine.EventBarrier && e.Stage == last
	})
	b.w.is["n1/pump"], b.w.cuts = false, map[string]string{"pump": "lamp"}
	if c, err = b.run(p, before, 0); err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{"n1/pump on": 2, "n1/lamp on": 2, "n1/last": 1, "n2/pump on": 1, "n2/lamp on": 1, "n2/last": 1} {
		if b.w.applied[what] != n {
			t.Errorf("%s %d times, want %d", what, b.w.applied[what], n)
		}
	}
	if !b.w.has("n1/lamp") {
		t.Error("the lamp is off")
	}
	return c.Events[len(before):]
}

// TestPromisesAreLookedAtAgainBehindWhatIsDoneAgain: the pump has to be started again, and that blows the fuse of the
// lamp behind it, whose promise still held when the run was resumed. The lamp is switched on again, once, wherever it
// stands: in the same stage, in one that is passed or in one that was left half-way.
func TestPromisesAreLookedAtAgainBehindWhatIsDoneAgain(t *testing.T) {
	for name, stages := range map[string][]string{
		"same stage": {surgePump + ", " + surgeLamp + ", " + surgeLast}, "passed": {surgePump, surgeLamp, surgeLast},
		"half-way": {surgePump, surgeLamp + ", " + surgeLast},
	} {
		for _, open := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, last is open: %t", name, open), func(t *testing.T) {
				surge(t, stages, func(task string) bool { return open && strings.HasSuffix(task, "/last@n1") })
			})
		}
	}
}

// TestANodeGoesBackToWhatIsBroken: what is done again breaks what stands before it, in its stage or in one that was
// passed. The lamp is lit before what rests on it begins; back to another stage the nodes go together, so that the second
// of a rolling stage is not ahead of the first.
func TestANodeGoesBackToWhatIsBroken(t *testing.T) {
	rest := ", {id: mid, put: {key: mid}}, " + surgeLast
	for name, stages := range map[string][]string{"same stage": {surgeLamp + ", " + surgePump + rest}, "passed": {surgeLamp, surgePump + rest}} {
		t.Run(name, func(t *testing.T) {
			events := surge(t, stages, func(task string) bool { return strings.Contains(task, "/last@") })
			begun := func(task string) int {
				return slices.IndexFunc(events, func(e engine.Event) bool { return e.Type == engine.EventBegin && strings.HasSuffix(e.Task, task) })
			}
			lamp, first, second := begun("/lamp@n1"), begun("/last@n1"), begun("/last@n2")
			if lamp < 0 || first < lamp || second < first {
				t.Errorf("the lamp is lit at event %d, what rests on it begins at %d, on the second node at %d", lamp, first, second)
			}
		})
	}
}

// TestProofsBehindWhatIsDoneAgainAreAskedAgain: the stage was passed; what looked behind the switch looks again.
func TestProofsBehindWhatIsDoneAgainAreAskedAgain(t *testing.T) {
	b := newBench(t, `
runbook: proof
title: A switch and a look
stages:
  - stage: work
    on: vellum
    steps:
      - {id: light, turn: {to: "on"}}
      - {id: proof, look: {}}
`)
	p := b.plan()
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.w.is["n1/switch"] = false
	c, err = b.run(p, c.Events[:len(c.Events)-1], 0)
	if err != nil {
		t.Fatal(err)
	}
	looks := map[string]int{}
	for _, e := range c.Events {
		if e.Type == engine.EventBegin && strings.HasPrefix(e.Task, "work/proof@") {
			looks[e.Task]++
		}
	}
	if looks["work/proof@n1"] != 2 || looks["work/proof@n2"] != 1 {
		t.Errorf("looked %v", looks)
	}
}

// TestWhatDoesNotStayDoneEndsTheRun: each of two switches throws the other one. Nothing is repeated for ever.
func TestWhatDoesNotStayDoneEndsTheRun(t *testing.T) {
	b := newBench(t, `
runbook: feud
title: Two switches
stages:
  - stage: work
    on: vellum
    steps:
      - {id: fan, turn: {what: fan, to: "on"}}
      - {id: lamp, turn: {what: lamp, to: "on"}}
      - {id: last, put: {key: last}}
`)
	p := b.plan()
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.w.is["n1/fan"], b.w.cuts = false, map[string]string{"fan": "lamp", "lamp": "fan"}
	_, err = b.run(p, c.Events[:len(c.Events)-1], 0)
	if err == nil || !strings.Contains(err.Error(), "does not stay done") || b.w.applied["n1/fan on"] > 5 {
		t.Errorf("switched %d times: %v", b.w.applied["n1/fan on"], err)
	}
}

// TestWhatWasDoneAlreadyPromisesWhatWasApproved: a task that finds its work done leaves the same to later ones.
func TestWhatWasDoneAlreadyPromisesWhatWasApproved(t *testing.T) {
	b := newBench(t, switching)
	p := b.plan()
	p.Stages[0].Tasks[0].Change.Will = append(p.Stages[0].Tasks[0].Change.Will, engine.Fact{Key: "warm", Value: "true"})
	b.w.is["n1/switch"] = true
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	facts, _ := engine.Fold(c.Events).Promises(p, "n1")
	if facts["warm"] != "true" || facts["switch"] != "off" {
		t.Errorf("promised: %v", facts)
	}
}

const switchingLate = `
runbook: switching
title: On, then what an output says
stages:
  - stage: work
    on: vellum
    steps:
      - {id: light, turn: {to: "on"}}
      - {id: next, put: {key: "off"}}
  - stage: more
    on: vellum
    steps:
      - {id: dark, turn: {to: "${{ steps.next.out.key }}"}}
`

// TestAnOpenTaskBreaksNoPromise ends the controller before each line of a run that switches on, then off.
// Whoever resumes while a switching is under way must not take it for a broken promise of the one before, also where only
// an output said what is switched.
func TestAnOpenTaskBreaksNoPromise(t *testing.T) {
	openTaskBreaksNoPromise(t, switching)
	openTaskBreaksNoPromise(t, switchingLate)
}

func openTaskBreaksNoPromise(t *testing.T, book string) {
	t.Helper()
	whole := newBench(t, book)
	c, err := whole.run(whole.plan(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; at < len(c.Events); at++ {
		b := newBench(t, book)
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

// TestWhatCannotBeAskedIsToldOnce: the servers behind the switches do not answer; that is one line for all nodes, and
// nothing is done again for it.
func TestWhatCannotBeAskedIsToldOnce(t *testing.T) {
	b := newBench(t, switching)
	p := b.plan()
	c, err := b.run(p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.w.deaf = true
	if c, err = b.run(p, c.Events[:len(c.Events)-1], 0); err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, e := range c.Events {
		if e.Type == engine.EventNote {
			notes = append(notes, e.Message)
		}
	}
	want := "more/dark@n1, n2, n3: what it left is not looked at again now, since its server does not answer; what needs it will ask (n1: no answer from n1)"
	if len(notes) != 1 || notes[0] != want {
		t.Errorf("told: %q", notes)
	}
	if n := begins(c, "more/dark@n1"); n != 1 {
		t.Errorf("begun %d times", n)
	}
}
