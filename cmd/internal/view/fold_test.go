package view

import (
	"strings"
	"testing"

	"tidemark/engine"
)

func TestCommon(t *testing.T) {
	for want, texts := range map[string][]string{
		"3 files, 1.2 MiB":                      {"3 files, 1.2 MiB", "3 files, 1.2 MiB"},
		"3 files, 900 B to 1.2 MiB of 2.0 GiB":  {"3 files, 1.2 MiB of 2.0 GiB", "3 files, 900 B of 2.0 GiB", "3 files, 8.0 KiB of 2.0 GiB"},
		"… files":                               {"3 files", "4 files"},
		"backup 20261122T010203Z-k7 of vellum…": {"backup 20261122T010203Z-k7 of vellum1", "backup 20261122T010203Z-k7 of vellum2"},
	} {
		if got := common(texts); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPlanFoldsSizes: nodes that differ in sizes alone share their lines, also in the long plan; those where something
// else differs have their own.
func TestPlanFoldsSizes(t *testing.T) {
	s := &engine.PlannedStage{ID: "swap"}
	for node, detail := range map[string]string{"one": "3 files, 1.0 KiB", "two": "3 files, 5.0 MiB", "six": "4 files, 1.0 KiB"} {
		s.Tasks = append(s.Tasks, task("swap", "swap", "", node, "move", engine.Change{Sign: engine.Changes, Summary: "swap", Details: []string{detail}}))
		s.Nodes = append(s.Nodes, node)
	}
	var b strings.Builder
	Plan(&b, &engine.Plan{Stages: []*engine.PlannedStage{s}}, Style{}, false)
	for _, want := range []string{"      3 files, 1.0 KiB to 5.0 MiB\n", "  @six\n      4 files, 1.0 KiB\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
