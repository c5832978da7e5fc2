package steps_test

import (
	"context"
	"errors"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/runbooks"
	"tidemark/schema"
	"tidemark/steps"
)

// story is a runbook on a fleet of models.
type story struct {
	t     *testing.T
	w     *table
	fleet *enginetest.Fleet
	basis engine.Basis
	plan  *engine.Plan
}

const modelSite = `
site: lab
vars: {backup_dir: /var/lib/tidemark/backups}
nodes:
  vellum-1: {address: 10.77.0.12, groups: [vellum]}
  vellum-2: {address: 10.77.0.13, groups: [vellum]}
  ellis-1:  {address: 10.77.0.11, groups: [ellis]}
  sprout-1: {address: 10.77.0.15, groups: [sprout]}
`

// manual is what a site added to the shipped restore: a step of which only a person can tell whether it was done.
const manual = `
overlay: told
of: restore-vellum
title: Tell the others
changes:
  - insert-after: start/serving_again
    steps:
      - {id: told, run: {argv: [/usr/local/bin/tell, restored]}}
`

func newStory(t *testing.T) *story {
	t.Helper()
	src := schema.Sources{Runbook: text(t, "restore-vellum"), Overlays: []schema.Source{{Name: "overlays/told.yaml", Data: []byte(manual)}}}
	return newStoryOf(t, src, map[string]string{"backup": "20261120T000000Z-aa", "keyspaces": "homer,memento"})
}

func newStoryOf(t *testing.T, src schema.Sources, given map[string]string) *story {
	t.Helper()
	s := &story{t: t, w: newTable()}
	real, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	site, ds := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(modelSite)})
	rb, more := schema.Load(src, real.Schema(), site)
	if err := append(ds, more...).Err(); err != nil {
		t.Fatal(err)
	}
	inputs, ds := rb.BindInputs(given, site)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	s.basis = engine.Basis{Runbook: rb, Site: site, Kinds: models(t, real, s.w), Inputs: inputs, Run: "20261122T010203Z-k7"}
	s.fleet = enginetest.NewFleet(t, s.basis.Kinds)
	t.Cleanup(s.idle)
	if s.plan, err = engine.NewPlan(s.basis); err != nil {
		t.Fatal(err)
	}
	if err := engine.Preview(t.Context(), s.plan, s.nodes(&enginetest.Controller{})); err != nil {
		t.Fatal(err)
	}
	return s
}

func text(t *testing.T, name string) schema.Source {
	t.Helper()
	raw, err := runbooks.FS.ReadFile(name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return schema.Source{Name: name + ".yaml", Data: raw}
}

// names are all nodes of the story.
func names() []string {
	return []string{"vellum-1", "vellum-2", "ellis-1", "sprout-1", engine.ControllerNode}
}

func (s *story) nodes(c *enginetest.Controller) map[string]engine.Node {
	return c.Nodes(s.fleet, names()...)
}

// idle waits until no task lives on any node.
func (s *story) idle() {
	for _, n := range names() {
		s.fleet.Node(n).Idle()
	}
}

// drive lets a controller drive the run until it ends or the controller dies. Tasks that live then go on.
func (s *story) drive(c *enginetest.Controller, see func(engine.Event)) error {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	c.OnDeath(cancel)
	x := &engine.Executor{Plan: s.plan, Basis: s.basis, Nodes: s.nodes(c), Journal: c, State: engine.Fold(c.Events), Observe: see}
	return x.Run(ctx)
}

// finish resumes the run until it is done, and gives its journal. Where a task is left that only a person can settle,
// one looks and says what is true.
func (s *story) finish(events []engine.Event, where string) []engine.Event {
	s.t.Helper()
	for range 2 {
		c := &enginetest.Controller{Events: events}
		err := s.drive(c, nil)
		if events = c.Events; err == nil {
			return events
		}
		var left *engine.Incomplete
		if !errors.As(err, &left) || left.Unknown != 1 {
			s.t.Fatalf("%s: resume: %v", where, err)
		}
		events = append(events, s.person(events))
	}
	s.t.Fatalf("%s: a person settled it, and it is still unknown", where)
	return nil
}

// person settles the manual task whose outcome is unknown, as `resume --as` does.
func (s *story) person(events []engine.Event) engine.Event {
	s.t.Helper()
	var found *engine.Task
	state := engine.Fold(events)
	s.plan.Tasks(func(t *engine.Task) {
		if r := state.Tasks[t.ID]; r != nil && r.Outcome == engine.Unknown && s.redo(t) == engine.Manual {
			found = t
		}
	})
	if found == nil {
		s.t.Fatal("unknown is a task that is not manual")
	}
	e := engine.Event{Type: engine.EventEnd, Task: found.ID, Node: found.Node, Attempt: state.Tasks[found.ID].Attempt, Outcome: engine.Failed, Reason: byHand}
	if s.w.look(found.Node, found.Kind+" "+string(found.Args)) == "done" {
		e.Outcome = engine.Done
	}
	return e
}

const byHand = "settled by a person"

func (s *story) redo(t *engine.Task) engine.Redo { return s.basis.Kinds.Get(t.Kind).Redo }
