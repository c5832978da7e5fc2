package steps_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/runbooks"
	"tidemark/schema"
	"tidemark/steps"
)

// model stands for every kind of the shipped runbooks: same name, same arguments, same redo rule, but its work is an
// entry in a table. So the real runbook runs on nodes in memory and can be killed at every line.
type model struct {
	name string
	redo engine.Redo
	args string
	w    *table
}

type table struct {
	mu      sync.Mutex
	is      map[string]bool
	applied map[string]int
}

func (m *model) UnmarshalJSON(raw []byte) error {
	m.args = string(raw)
	return nil
}

func (m *model) key(node string) string { return node + " " + m.name + " " + m.args }

func (m *model) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	c := engine.Change{Sign: engine.Changes, Summary: m.name}
	if m.redo == engine.Pure {
		c.Sign = engine.NotKnown
	} else if m.w.is[m.key(v.Node)] {
		c.Sign = engine.Same
	}
	return c, nil
}

func (m *model) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	if m.redo == engine.Pure {
		return engine.Output{}, nil
	}
	m.w.mu.Lock()
	m.w.is[m.key(h.Node)] = true
	m.w.applied[m.key(h.Node)]++
	m.w.mu.Unlock()
	return engine.Output{}, h.Mark("done")
}

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

func newStory(t *testing.T) *story {
	t.Helper()
	return newStoryOf(t, text(t, "restore-vellum"), map[string]string{"backup": "20261120T000000Z-aa", "keyspaces": "homer,memento"})
}

func newStoryOf(t *testing.T, src schema.Source, given map[string]string) *story {
	t.Helper()
	s := &story{t: t, w: &table{is: map[string]bool{}, applied: map[string]int{}}}
	real, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	site, ds := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(modelSite)})
	rb, more := schema.Load(schema.Sources{Runbook: src}, real.Schema(), site)
	if err := append(ds, more...).Err(); err != nil {
		t.Fatal(err)
	}
	inputs, ds := rb.BindInputs(given, site)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	s.basis = engine.Basis{Runbook: rb, Site: site, Kinds: s.models(real), Inputs: inputs, Run: "20261122T010203Z-k7"}
	s.fleet = enginetest.NewFleet(t, s.basis.Kinds)
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

func (s *story) models(real *engine.Kinds) *engine.Kinds {
	var list []engine.Kind
	for _, name := range real.Names() {
		k := *real.Get(name)
		redo := k.Redo
		k.New = func() engine.Step { return &model{name: name, redo: redo, w: s.w} }
		list = append(list, k)
	}
	ks, err := engine.NewKinds(list...)
	if err != nil {
		s.t.Fatal(err)
	}
	return ks
}

func (s *story) nodes(c *enginetest.Controller) map[string]engine.Node {
	return c.Nodes(s.fleet, "vellum-1", "vellum-2", "ellis-1", "sprout-1", engine.ControllerNode)
}

// run lets one controller drive the run until it ends or dies before its line dieAt.
func (s *story) run(events []engine.Event, dieAt int) (*enginetest.Controller, error) {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	c := &enginetest.Controller{DieAt: dieAt, Events: events}
	c.OnDeath(cancel)
	x := &engine.Executor{Plan: s.plan, Basis: s.basis, Nodes: s.nodes(c), Journal: c, State: engine.Fold(events)}
	err := x.Run(ctx)
	for _, n := range []string{"vellum-1", "vellum-2"} {
		s.fleet.Node(n).Idle()
	}
	return c, err
}

// same compares the end with the uninterrupted one; what is checked was done exactly once.
func (s *story) same(want map[string]bool, where string) {
	s.t.Helper()
	if d := cmp.Diff(want, s.w.is); d != "" {
		s.t.Errorf("%s: another end (-want +got):\n%s", where, d)
	}
	s.plan.Tasks(func(t *engine.Task) {
		key := t.Node + " " + t.Kind + " " + string(t.Args)
		if s.basis.Kinds.Get(t.Kind).Redo == engine.Checked && s.w.applied[key] != 1 {
			s.t.Errorf("%s: %s was applied %d times", where, t.ID, s.w.applied[key])
		}
	})
}

func uninterrupted(t *testing.T) (map[string]bool, *enginetest.Controller, int) {
	t.Helper()
	s := newStory(t)
	c, err := s.run(nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.same(maps.Clone(s.w.is), "uninterrupted")
	return s.w.is, c, s.fleet.Node("vellum-2").Records()
}

// TestRestoreKilledAtEveryLine kills the controller of the shipped restore before every line of its journal.
func TestRestoreKilledAtEveryLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want, c, _ := uninterrupted(t)
		for at := 1; at < len(c.Events); at++ {
			s := newStory(t)
			first, err := s.run(nil, at)
			if err == nil || !first.Dead() {
				t.Fatalf("line %d: the controller lives", at)
			}
			if _, err := s.run(first.Events, 0); err != nil {
				t.Fatalf("line %d: resume: %v\n%s", at, err, last(first.Events))
			}
			s.same(want, fmt.Sprintf("line %d", at))
		}
	})
}

// TestRestoreTaskKilledAtEveryRecord kills the task behind every durable record on one node: intents, marks, receipts.
func TestRestoreTaskKilledAtEveryRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want, _, records := uninterrupted(t)
		for at := 1; at <= records; at++ {
			s := newStory(t)
			s.fleet.Node("vellum-2").KillAt = at
			if _, err := s.run(nil, 0); err != nil {
				t.Fatalf("record %d: %v", at, err)
			}
			s.same(want, fmt.Sprintf("record %d", at))
		}
	})
}

func last(events []engine.Event) string {
	raw, _ := json.Marshal(events[len(events)-1])
	return string(raw)
}
