package engine

import (
	"context"
	"errors"
	"testing"
)

// asked is a node that answers a dry run so.
type asked struct {
	Node
	reply PlanReply
	err   error
}

func (a asked) Plan(context.Context, PlanRequest) (PlanReply, error) { return a.reply, a.err }

// TestEachTaskOfABrokenPlanSaysWhy: also where a node answered nothing, or not about all.
func TestEachTaskOfABrokenPlanSaysWhy(t *testing.T) {
	p := &Plan{Stages: []*PlannedStage{{Tasks: []*Task{
		{ID: "s/a@n1", Node: "n1"}, {ID: "s/b@n1", Node: "n1"}, {ID: "s/c@n1", Node: "n1", Skip: "no"}, {ID: "s/a@n2", Node: "n2"}, {ID: "s/a@n3", Node: "n3"},
	}}}}
	err := Preview(t.Context(), p, map[string]Node{
		"n1": asked{reply: PlanReply{Planned: []Planned{{Task: "s/a@n1", Class: ClassTimeout, Error: "slow\n  a tree", Next: "wait"}}}},
		"n2": asked{err: errors.New("n2: killed")},
		"n3": asked{reply: PlanReply{Planned: []Planned{{Task: "s/a@n3", Change: Change{Sign: Same, Summary: "is there"}}}}},
	})
	if err == nil || p.Whole() {
		t.Fatal("nothing failed", err)
	}
	want := []string{"! slow", "! not asked: behind one that took too long", " ", "! n2: killed", "= is there"}
	i := 0
	p.Tasks(func(task *Task) {
		if got := string(task.Change.Sign) + " " + task.Change.Summary; got != want[i] {
			t.Errorf("%s: %q, want %q", task.ID, got, want[i])
		}
		i++
	})
	if d := p.Stages[0].Tasks[0].Change.Details; len(d) != 2 || d[0] != "  a tree" || d[1] != "next: wait" {
		t.Errorf("details %q", d)
	}
}
