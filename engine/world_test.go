package engine_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/schema"
)

// world is what the test kinds change: a set of done things per node, and how often each was applied.
type world struct {
	mu      sync.Mutex
	is      map[string]bool
	applied map[string]int
	failing map[string]int
	slow    map[string]time.Duration
	// cuts: what switching this switches off besides.
	cuts map[string]string
	// deaf: nothing that was promised can be asked for.
	deaf bool
	// breaks: whatever is begun ends without a known outcome, before it does anything, ten times.
	breaks bool
	// dim: what is true on the nodes cannot be seen.
	dim bool
	// class is of what fails; "" is io. Of what fails unsure nobody knows how far it came.
	class  engine.Class
	unsure bool
}

func newWorld() *world {
	return &world{is: map[string]bool{}, applied: map[string]int{}, failing: map[string]int{}, slow: map[string]time.Duration{}}
}

func (w *world) has(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.is[key]
}

func (w *world) do(key string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.applied[key]++
	if w.breaks && w.applied[key] <= 10 {
		panic("breaks")
	}
	if w.failing[key] > 0 {
		w.failing[key]--
		err := errors.New("breaks")
		if w.unsure {
			err = engine.ErrUnsure
		}
		return engine.Failf(cmp.Or(w.class, engine.ClassIO), "%s: %w", key, err)
	}
	w.is[key] = true
	return nil
}

func (w *world) state() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.is)
}

type put struct {
	Key string `json:"key" help:"what to do" required:"true"`
	w   *world
}

type putOut struct {
	Key string `json:"key"`
}

func (p *put) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	key := v.Node + "/" + p.Key
	if p.w.dim && v.Actual {
		return engine.Change{Sign: engine.NotKnown, Summary: "put " + p.Key, Unknown: []string{"it is dark"}}, nil
	}
	f, err := v.Fact("put."+p.Key, func() (string, error) { return fmt.Sprint(p.w.has(key)), nil })
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Changes, Summary: "put " + p.Key, Will: []engine.Fact{{Key: f.Key, Value: "true"}}}
	if f.Value == "true" {
		c.Sign = engine.Same
	}
	return c, nil
}

func (p *put) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	time.Sleep(p.w.slow[h.Node+"/"+p.Key])
	if err := p.w.do(h.Node + "/" + p.Key); err != nil {
		return engine.Output{}, err
	}
	return engine.Output{Value: putOut{p.Key}, Note: "put " + p.Key}, h.Mark("put")
}

type look struct{}

func (*look) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.Same, Summary: "look"}, nil
}

func (*look) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{Note: "looked"}, nil
}

func testKinds(t testing.TB, w *world) *engine.Kinds {
	kind := func(name string, redo engine.Redo, out any, n func() engine.Step) engine.Kind {
		return engine.Kind{Name: name, Doc: "Test kind.", Example: "id: x\n" + name + ": {}", Redo: redo, New: n, Out: out}
	}
	newPut := func() engine.Step { return &put{w: w} }
	ks, err := engine.NewKinds(
		kind("put", engine.Checked, putOut{}, newPut),
		kind("put-again", engine.Idempotent, putOut{}, newPut),
		kind("put-once", engine.Manual, putOut{}, newPut),
		kind("turn", engine.Checked, nil, func() engine.Step { return &turn{w: w} }),
		kind("say", engine.Manual, nil, func() engine.Step { return &say{} }),
		kind("look", engine.Pure, nil, func() engine.Step { return &look{} }),
		kind("ask", engine.Pure, putOut{}, func() engine.Step { return &ask{w: w} }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

const testSite = `
site: test
nodes:
  n1: {address: 10.0.0.1, groups: [vellum]}
  n2: {address: 10.0.0.2, groups: [vellum]}
  n3: {address: 10.0.0.3, groups: [vellum]}
  s1: {address: 10.0.0.4, groups: [sprout]}
`

// bench is a fleet with a world and a runbook bound to it.
type bench struct {
	t     testing.TB
	w     *world
	fleet *enginetest.Fleet
	basis engine.Basis
}

func newBench(t testing.TB, runbook string) *bench {
	t.Helper()
	w := newWorld()
	ks := testKinds(t, w)
	site, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(testSite)})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	rb, diags := schema.Load(schema.Sources{Runbook: schema.Source{Name: "test.yaml", Data: []byte(runbook)}}, ks.Schema(), site)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	inputs, diags := rb.BindInputs(nil, site)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return &bench{t, w, enginetest.NewFleet(t, ks), engine.Basis{Runbook: rb, Site: site, Kinds: ks, Inputs: inputs, Run: "20261122T010203Z-k7"}}
}

func (b *bench) names() []string { return []string{"n1", "n2", "n3", "s1"} }

// all are the nodes and the controller's own agent.
func (b *bench) all() []string { return append(b.names(), engine.ControllerNode) }

// plan lays out and previews the run through a living controller.
func (b *bench) plan() *engine.Plan {
	b.t.Helper()
	p, err := engine.NewPlan(b.basis)
	if err != nil {
		b.t.Fatal(err)
	}
	c := &enginetest.Controller{}
	if err := engine.Preview(b.t.Context(), p, c.Nodes(b.fleet, b.all()...)); err != nil {
		b.t.Fatal(err)
	}
	return p
}

// run drives the plan with a controller that knows the events so far and dies at its line dieAt.
func (b *bench) run(p *engine.Plan, events []engine.Event, dieAt int) (*enginetest.Controller, error) {
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	c := &enginetest.Controller{DieAt: dieAt, Events: events}
	c.OnDeath(cancel)
	err := b.executor(p, c, events).Run(ctx)
	for _, n := range b.all() {
		b.fleet.Node(n).Idle()
	}
	return c, err
}

func (b *bench) executor(p *engine.Plan, c *enginetest.Controller, events []engine.Event) *engine.Executor {
	return &engine.Executor{
		Plan: p, Basis: b.basis, Nodes: c.Nodes(b.fleet, b.all()...), Journal: c, State: engine.Fold(events),
		Holder: engine.Holder{User: "op", Host: "here"},
	}
}
