package agent

import (
	"context"
	"errors"
	"testing"

	"tidemark/engine"
)

// stuck fails to be planned, in the way its argument says.
type stuck struct {
	Class string `json:"class"`
}

func (s *stuck) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{}, engine.Fail(engine.Class(s.Class), errors.New("stuck"))
}

func (*stuck) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{}, nil
}

// TestAPlanGoesOnBehindAFailure: so that all are told at once; but not behind one that took its time, as others would wait as long.
func TestAPlanGoesOnBehindAFailure(t *testing.T) {
	kinds, err := engine.NewKinds(engine.Kind{Name: "stuck", Doc: "Test kind.", Example: "stuck: {}", Redo: engine.Pure, New: func() engine.Step { return &stuck{} }})
	if err != nil {
		t.Fatal(err)
	}
	for class, want := range map[engine.Class]int{engine.ClassIO: 2, engine.ClassTimeout: 1} {
		args := []byte(`{"class": "` + string(class) + `"}`)
		r := engine.PlanRequest{Items: []engine.PlanItem{{Task: "s/x@n1", Kind: "stuck", Args: args}, {Task: "s/y@n1", Kind: "stuck", Args: args}}}
		if got := PlanTasks(t.Context(), kinds, &Machine{}, t.TempDir(), r); len(got.Planned) != want {
			t.Errorf("%s: %d answers, want %d", class, len(got.Planned), want)
		}
	}
}
