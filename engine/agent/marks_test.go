package agent

import (
	"context"
	"errors"
	"io"
	"testing"

	"tidemark/engine"
)

// once is a step whose work leaves nothing but its mark.
type once struct{}

func (once) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	if v.Marked("done") {
		return engine.Change{Sign: engine.Same, Summary: "done"}, nil
	}
	return engine.Change{Sign: engine.Changes, Summary: "do"}, nil
}

func (once) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	return engine.Output{}, errors.Join(h.Mark("done"), errors.New("breaks"))
}

// TestMarksAreKnownToThePlanOfTheRealState: to the next attempt and to whoever settles the one before; to a dry run they are not, nor
// are those of another run.
func TestMarksAreKnownToThePlanOfTheRealState(t *testing.T) {
	kinds, err := engine.NewKinds(engine.Kind{Name: "once", Doc: "Test kind.", Example: "once: {}", Redo: engine.Checked, New: func() engine.Step { return &once{} }})
	if err != nil {
		t.Fatal(err)
	}
	s, m := store{dir: t.TempDir()}, &Machine{}
	defer m.Close()
	attempt := func(number int) engine.Outcome {
		spec := engine.TaskSpec{TaskRef: engine.TaskRef{Run: run, Task: "s/x@n1", Attempt: number}, Kind: "once", Args: []byte("{}"), Approved: engine.Change{Sign: engine.Changes}}
		at := s.attempt(spec.TaskRef)
		e := &Execution{Kinds: kinds, Ground: m, Spec: spec, Log: io.Discard}
		if err := errors.Join(at.make(), e.Run(t.Context(), at.dir)); err != nil {
			t.Fatal(err)
		}
		r, err := at.receipt()
		if err != nil || r == nil {
			t.Fatal("no receipt", err)
		}
		return r.Outcome
	}
	sign := func(run string, actual bool) engine.Sign {
		r := PlanTasks(t.Context(), kinds, m, s.dir, engine.PlanRequest{Run: run, Actual: actual, Items: []engine.PlanItem{{Task: "s/x@n1", Kind: "once", Args: []byte("{}")}}})
		return r.Planned[0].Change.Sign
	}
	if got := attempt(1); got != engine.Failed {
		t.Errorf("the first attempt: %s", got)
	}
	if real, dry, other := sign(run, true), sign(run, false), sign(undo, true); real != engine.Same || dry != engine.Changes || other != engine.Changes {
		t.Errorf("settled as %s; dry run %s, another run %s", real, dry, other)
	}
	if got := attempt(2); got != engine.Done {
		t.Errorf("the next attempt: %s", got)
	}
}
