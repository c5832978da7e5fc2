package view

import (
	"strings"
	"testing"

	"tidemark/engine"
)

func TestCommon(t *testing.T) {
	for want, texts := range map[string][]string{
		"3 files, 1.2 MiB":                                {"3 files, 1.2 MiB", "3 files, 1.2 MiB"},
		"3 files, 900 B to 1.2 MiB of 2.0 GiB":            {"3 files, 1.2 MiB of 2.0 GiB", "3 files, 900 B of 2.0 GiB", "3 files, 8.0 KiB of 2.0 GiB"},
		"3 files to 12 files in /srv/5m":                  {"12 files in /srv/5m", "3 files in /srv/5m"},
		"at 2026-11-22T01:02:03Z to 2026-11-22T01:02:04Z": {"at 2026-11-22T01:02:04Z", "at 2026-11-22T01:02:03Z"},
	} {
		if got := common(texts, measures()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// differing are summaries that differ between two nodes in more than a size, and their lines are two.
func differing() map[string][2]string {
	return map[string][2]string{
		"mode":  {"mkdir: /d is there: mode 0700 → 0755", "mkdir: /d is there: mode 0777 → 0755"},
		"owner": {"make /d, owner 0, mode 0700", "make /d, owner 65534, mode 0700"},
		"path":  {"move /v1 to /gone1", "move /v2 to /gone7"},
		"id":    {"clear 20261122T010203Z-aa", "clear 20261123T010203Z-bb"},
		"other": {"copy of one", "copy of one, two"},
	}
}

// TestWhatDiffersIsNotFolded: neither the plan that consent is asked for nor the report hides a mode, an owner, a path or
// an id of one node behind those of another.
func TestWhatDiffersIsNotFolded(t *testing.T) {
	for name, texts := range differing() {
		s := &engine.PlannedStage{ID: "work", Nodes: []string{"one", "two"}}
		r := &Report{Result: "done"}
		for i, node := range s.Nodes {
			s.Tasks = append(s.Tasks, task("work", "act", "", node, "act", engine.Change{Sign: engine.Destroys, Summary: texts[i]}))
			r.Tasks = append(r.Tasks, Task{Task: "work/act@" + node, Node: node, Outcome: engine.Done, Changed: true, Message: texts[i]})
		}
		var b strings.Builder
		Plan(&b, &engine.Plan{Stages: []*engine.PlannedStage{s}}, Style{}, true)
		r.notes(&b)
		for i, node := range s.Nodes {
			if line := texts[i] + "  @" + node + "\n"; strings.Count(b.String(), line) != 3 { // the line, what is destroyed, the report
				t.Errorf("%s: %q is not there three times:\n%s", name, line, b.String())
			}
		}
	}
}

// TestUsersAreNotFolded: the same command as another user is another thing.
func TestUsersAreNotFolded(t *testing.T) {
	s := &engine.PlannedStage{ID: "work", Nodes: []string{"one", "two"}}
	for _, node := range s.Nodes {
		act := task("work", "act", "", node, "run", engine.Change{Sign: engine.Changes, Summary: "run id"})
		act.User = "user-" + node
		s.Tasks = append(s.Tasks, act)
	}
	var b strings.Builder
	Plan(&b, &engine.Plan{Stages: []*engine.PlannedStage{s}}, Style{}, true)
	if !strings.Contains(b.String(), "@one\n      as user user-one\n") || !strings.Contains(b.String(), "@two\n      as user user-two\n") {
		t.Error(b.String())
	}
}

// TestOwnNamesAreFolded: nodes whose texts differ in their own names alone share a line.
func TestOwnNamesAreFolded(t *testing.T) {
	s := &engine.PlannedStage{ID: "work", Nodes: []string{"one", "two"}}
	for _, node := range s.Nodes {
		s.Tasks = append(s.Tasks, task("work", "act", "", node, "act", engine.Change{Sign: engine.Creates, Summary: "copy " + node + ":/d to /b/" + node}))
	}
	var b strings.Builder
	Plan(&b, &engine.Plan{Stages: []*engine.PlannedStage{s}}, Style{}, true)
	if want := "copy <node>:/d to /b/<node>  @one, two\n"; !strings.Contains(b.String(), want) {
		t.Errorf("%q is not in\n%s", want, b.String())
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
