package steps_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/cassandra"
)

// TestReleaseOfOneEndOnly: what a restore kept goes only where all nodes that it ran on have the same data.
func TestReleaseOfOneEndOnly(t *testing.T) {
	for name, c := range map[string]struct {
		live  map[string]string
		wrong string
	}{
		"restored":       {live: map[string]string{"vellum-1": "restored", "vellum-2": "restored", "vellum-3": "restored"}},
		"undone":         {live: map[string]string{"vellum-1": "before", "vellum-2": "before", "vellum-3": "before"}},
		"a node joined":  {live: map[string]string{"vellum-1": "restored", "vellum-2": "none", "vellum-3": "restored"}},
		"half undone":    {map[string]string{"vellum-1": "before", "vellum-2": "restored", "vellum-3": "restored"}, "vellum-1: is-before, vellum-2: is-restored, vellum-3: is-restored"},
		"half exchanged": {map[string]string{"vellum-1": "restored", "vellum-2": "between", "vellum-3": "before"}, "undo-restore-vellum --input run=20261120T000000Z-aa"},
	} {
		err := agreed(t, c.live)
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// agreed is what the release's assert says of these nodes; the controller, too, is a node with outputs.
func agreed(t *testing.T, live map[string]string) error {
	t.Helper()
	s := newStoryOf(t, schema.Sources{Runbook: text(t, "release-restore-vellum")}, map[string]string{"run": "20261120T000000Z-aa"})
	env := schema.Env{Inputs: s.basis.Inputs, Nodes: map[string]map[string]any{engine.ControllerNode: {"steps": map[string]any{}}}}
	for node, is := range live {
		out := cassandra.RestoreStateOut{Node: node, State: "is-" + is, Live: is}
		env.Nodes[node] = map[string]any{"steps": map[string]any{"stands": map[string]any{"out": out}}}
	}
	for _, step := range s.basis.Runbook.Steps() {
		if step.ID != "agree" {
			continue
		}
		args, diags := step.Resolve(env)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		assert, err := kinds(t).Get("assert").Step(raw)
		if err != nil {
			t.Fatal(err)
		}
		_, err = assert.Plan(t.Context(), &engine.View{})
		return err
	}
	t.Fatal("there is no step agree")
	return nil
}
