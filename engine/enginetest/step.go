package enginetest

import (
	"testing"

	"tidemark/engine"
)

// Marks keeps durable marks in memory.
type Marks map[string]bool

// Mark notes key.
func (m Marks) Mark(key string) error { m[key] = true; return nil }

// Marked tells whether key was noted.
func (m Marks) Marked(key string) bool { return m[key] }

// Bench runs single steps of kinds on one test node, as a run would: planned, then applied.
type Bench struct {
	T      testing.TB
	Ground *Ground
	Facts  *engine.Facts
	Marks  Marks
	Run    string
}

// NewBench makes a bench whose node lives in a fresh directory.
func NewBench(t testing.TB) *Bench {
	return &Bench{T: t, Ground: &Ground{Dir: t.TempDir()}, Facts: engine.NewFacts(nil), Marks: Marks{}, Run: "20261122T010203Z-k7"}
}

func (b *Bench) view(k engine.Kind) *engine.View {
	v := engine.NewView(&k, b.Ground, b.Facts, b.Run, "vellum-1")
	v.Log = b.T.Logf
	return v
}

// Plan plans step for a dry run, over predicted facts, and adds its promises for the next one.
func (b *Bench) Plan(k engine.Kind, step engine.Step) (engine.Change, error) {
	b.T.Helper()
	c, err := engine.PlanStep(b.T.Context(), step, b.view(k))
	if err == nil {
		b.Facts.Add(c.Will)
	}
	b.declared(k, step, c)
	return c, err
}

// declared holds a change against what is declared of its kind and step: that is all a plan knows of a step that waits for
// outputs, and the run asks for no more consent later. Of what is not known a plan must be able to say why.
func (b *Bench) declared(k engine.Kind, step engine.Step, c engine.Change) {
	b.T.Helper()
	if most, _ := k.AtMost(step, nil); c.Risk > most {
		b.T.Errorf("%s: the change has risk %d, declared is at most %d: %s", k.Name, c.Risk, most, c.Summary)
	}
	if k.Destroys && k.Risk != engine.Overwrites {
		b.T.Errorf("%s destroys, but its risk is %d", k.Name, k.Risk)
	}
	switch {
	case c.Later != "" && c.Sign != engine.NotKnown:
		b.T.Errorf("%s: %q with the sign %s, which is known", k.Name, c.Later, c.Sign)
	case c.Later == engine.InRun && k.RedoOf(step) != engine.Pure:
		b.T.Errorf("%s: only a pure step can be one that waits or looks", k.Name)
	case c.Sign == engine.NotKnown && c.Later == "" && len(c.Unknown) == 0:
		b.T.Errorf("%s: not known, and nothing says why: %s", k.Name, c.Summary)
	}
}

// Apply plans step on the actual state and applies the change, unless it is Same.
func (b *Bench) Apply(k engine.Kind, step engine.Step) (engine.Change, engine.Output, error) {
	b.T.Helper()
	v := engine.NewView(&k, b.Ground, engine.NewFacts(nil), b.Run, "vellum-1")
	v.Log, v.Actual = b.T.Logf, true
	v.Remember(b.Marks)
	c, err := engine.PlanStep(b.T.Context(), step, v)
	b.declared(k, step, c)
	if err != nil || c.Sign == engine.Same {
		return c, engine.Output{}, err
	}
	out, err := step.Apply(b.T.Context(), engine.NewHost(v, b.Marks), c)
	return c, out, err
}
