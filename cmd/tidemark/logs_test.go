package main

import "testing"

// At night a step is typed where a task is due: the message names the step's tasks.
func TestTasksMeant(t *testing.T) {
	known := []string{"stop/drain@vellum-1", "stop/unarm[a]@vellum-1", "stop/unarm[b]@vellum-1"}
	for id, want := range map[string]string{
		"drain":               "; it has stop/drain@vellum-1",
		"unarm":               "; it has stop/unarm[a]@vellum-1, stop/unarm[b]@vellum-1",
		"stop/unarm":          "; it has stop/unarm[a]@vellum-1, stop/unarm[b]@vellum-1",
		"stop/drian@vellum-1": "; did you mean stop/drain@vellum-1?",
		"[b]":                 "; it has stop/unarm[b]@vellum-1",
	} {
		if got := tasksMeant(id, known); got != want {
			t.Errorf("%s: %q", id, got)
		}
	}
	if got := tasksMeant("x", nil); got != "; it has none" {
		t.Errorf("no tasks: %q", got)
	}
}
