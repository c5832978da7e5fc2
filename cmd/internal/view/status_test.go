package view

import (
	"strings"
	"testing"

	"tidemark/engine"
)

// Of a closed run nobody asks who drives it; a long stage moves the column of all.
func TestStatusOfAClosedRun(t *testing.T) {
	p := restore()
	p.Stages[0].ID = "a_rather_long_stage_name"
	var b strings.Builder
	Status(&b, p, engine.Fold([]engine.Event{{Type: engine.EventLocked, Epoch: 1}, {Type: engine.EventClosed, Reason: "done"}}), "no process drives it", false, Style{})
	out := b.String()
	if !strings.Contains(out, "\nclosed: done\n") {
		t.Errorf("it says who drives it:\n%s", out)
	}
	column := func(stage string) int {
		_, line, _ := strings.Cut(out, "\n  "+stage)
		line, _, _ = strings.Cut(line, "\n")
		return len(stage) + len(line) - len(strings.TrimLeft(line, " "))
	}
	if a, b := column(p.Stages[0].ID), column(p.Stages[1].ID); a != b {
		t.Errorf("the stages stand in columns %d and %d:\n%s", a, b, out)
	}
}

// TestFinallyIsPassedLikeOthers: it has no barrier; where something of it failed the tasks are counted.
func TestFinallyIsPassedLikeOthers(t *testing.T) {
	last := &engine.PlannedStage{ID: engine.FinallyStage, Tasks: []*engine.Task{{ID: "finally/a@n"}, {ID: "finally/b@n"}}}
	for outcome, want := range map[engine.Outcome]string{engine.Done: "passed", engine.Skipped: "passed", engine.Failed: "1 failed, 1 done"} {
		s := engine.Fold([]engine.Event{
			{Type: engine.EventEnd, Task: "finally/a@n", Outcome: engine.Done},
			{Type: engine.EventEnd, Task: "finally/b@n", Outcome: outcome},
			{Type: engine.EventClosed, Reason: "done"},
		})
		if got := stageWords(last, s, false); got != want {
			t.Errorf("%s: %q, want %q", outcome, got, want)
		}
	}
}

// TestStatusOfAKilledRun: nobody knows whether a begun task still runs; that Cassandra is stopped says more than that it
// was drained.
func TestStatusOfAKilledRun(t *testing.T) {
	p := restore()
	stop, swap := p.Stages[0], p.Stages[1]
	s := engine.Fold([]engine.Event{
		{Type: engine.EventLocked, Epoch: 1},
		{Type: engine.EventEnd, Task: stop.Tasks[0].ID, Outcome: engine.Done, Will: []engine.Fact{{Key: "cassandra.running", Value: "drained"}, {Key: "cassandra.clean", Value: "true"}}},
		{Type: engine.EventBegin, Task: swap.Tasks[0].ID, Attempt: 1},
	})
	for _, c := range []struct {
		live            bool
		stopped         string
		wants, wantsNot string
	}{
		{true, "drained", "1 running", "1 begun"},
		{false, "drained", "1 begun", "1 running"},
		{false, "drained", "Cassandra is drained", "Cassandra is stopped"},
		{false, "false", "Cassandra is stopped", "Cassandra is drained"},
	} {
		s.Tasks[stop.Tasks[0].ID].Will[0].Value = c.stopped
		var b strings.Builder
		Status(&b, p, s, "", c.live, Style{})
		if out := b.String(); !strings.Contains(out, c.wants) || strings.Contains(out, c.wantsNot) {
			t.Errorf("%+v:\n%s", c, out)
		}
	}
}

// TestStatusNamesNodesThatAreNotReached: while a process dials them again; without one nobody does.
func TestStatusNamesNodesThatAreNotReached(t *testing.T) {
	p := restore()
	s := engine.Fold([]engine.Event{{Type: engine.EventLocked, Epoch: 1}, {Type: engine.EventLost, Node: p.Nodes[0]}})
	for _, live := range []bool{true, false} {
		var b strings.Builder
		Status(&b, p, s, "", live, Style{})
		if told := strings.Contains(b.String(), "not reached now: "+p.Nodes[0]+";"); told != live {
			t.Errorf("live %v:\n%s", live, b.String())
		}
	}
}
