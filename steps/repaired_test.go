package steps_test

import (
	"encoding/json"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
)

// TestHintsTakenAwayAreRepaired: a restore, and its undo, take the hints of every keyspace away, also where only one is
// restored. Behind the start every node has its turn at a repair of every keyspace.
func TestHintsTakenAwayAreRepaired(t *testing.T) {
	for name, given := range map[string]map[string]string{
		"restore-vellum":      {"backup": "20261120T000000Z-aa", "keyspaces": "homer"},
		"undo-restore-vellum": {"run": "20261120T000000Z-aa"},
	} {
		s := newStoryOf(t, schema.Sources{Runbook: text(t, name)}, given)
		started, repaired := map[string]bool{}, map[string]bool{}
		s.plan.Tasks(func(task *engine.Task) {
			started[task.Node] = started[task.Node] || task.Step == "start"
			if task.Kind == "nodetool-repair" {
				repaired[task.Node] = started[task.Node] && repairsAll(t, task)
			}
		})
		if !repaired["vellum-1"] || !repaired["vellum-2"] {
			t.Errorf("%s: not every keyspace is repaired behind the start on %v", name, repaired)
		}
		for _, stage := range s.basis.Runbook.Stages {
			if stage.ID == "repair" && stage.Strategy.Parallel != "1" {
				t.Errorf("%s: the nodes repair at the same time: %+v", name, stage.Strategy)
			}
		}
	}
}

func repairsAll(t *testing.T, task *engine.Task) bool {
	t.Helper()
	var args struct {
		All     bool `json:"all_keyspaces"`
		Primary bool `json:"primary_range"`
	}
	if err := json.Unmarshal(task.Args, &args); err != nil {
		t.Fatal(err)
	}
	return args.All && args.Primary
}
