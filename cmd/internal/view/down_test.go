package view

import (
	"slices"
	"testing"

	"tidemark/engine"
)

func TestDownAndRestored(t *testing.T) {
	stops, starts := []engine.Fact{{Key: cassandraRunning, Value: "false"}}, []engine.Fact{{Key: cassandraRunning, Value: "true"}}
	drains := []engine.Fact{{Key: cassandraRunning, Value: "neither serving nor stopped"}}
	restores := []engine.Fact{{Key: "restored.homer", Value: "b"}}
	begin := func(task string) engine.Event { return engine.Event{Type: engine.EventBegin, Task: task, Attempt: 1} }
	end := func(task string, o engine.Outcome, will []engine.Fact) engine.Event {
		return engine.Event{Type: engine.EventEnd, Task: task, Attempt: 1, Outcome: o, Will: will}
	}
	p := &engine.Plan{Nodes: []string{"n", "other"}, Stages: []*engine.PlannedStage{{Tasks: []*engine.Task{
		{ID: "drain", Node: "n", Change: engine.Change{Will: drains}},
		{ID: "stop", Node: "n", Change: engine.Change{Will: stops}},
		{ID: "restore", Node: "n", Change: engine.Change{Will: restores}},
		{ID: "start", Node: "n", Change: engine.Change{Will: starts}},
	}}}}
	stopped := end("stop", engine.Done, stops)
	for name, c := range map[string]struct {
		events         []engine.Event
		down, restored bool
	}{
		"nothing began":           {nil, false, false},
		"drained":                 {[]engine.Event{end("drain", engine.Done, drains)}, true, false},
		"stopping":                {[]engine.Event{begin("stop")}, true, false},
		"the stop failed":         {[]engine.Event{end("stop", engine.Failed, nil)}, true, false},
		"stopped":                 {[]engine.Event{stopped}, true, false},
		"exchanging":              {[]engine.Event{stopped, begin("restore")}, true, true},
		"exchanged":               {[]engine.Event{stopped, end("restore", engine.Done, restores)}, true, true},
		"the start has no end":    {[]engine.Event{stopped, begin("start")}, true, false},
		"started, and it is over": {[]engine.Event{stopped, end("restore", engine.Done, restores), end("start", engine.Done, starts)}, false, true},
	} {
		s := engine.Fold(c.events)
		if down := Down(p, s); slices.Contains(down, "n") != c.down || slices.Contains(down, "other") {
			t.Errorf("%s: down %q", name, down)
		}
		if restored := Restored(p, s); slices.Contains(restored, "n") != c.restored || slices.Contains(restored, "other") {
			t.Errorf("%s: restored %q", name, restored)
		}
	}
}
