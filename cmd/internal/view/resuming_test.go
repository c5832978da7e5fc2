package view

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

// asker is a step that knows whether it only asks.
type asker struct {
	engine.Step
	Pure bool `json:"pure"`
}

func (a *asker) Redo() engine.Redo {
	if a.Pure {
		return engine.Pure
	}
	return engine.Manual
}

// TestResuming: what is told of each task is what the run does with it.
func TestResuming(t *testing.T) {
	kinds, err := engine.NewKinds(engine.Kind{
		Name: "look", Doc: "Looks.", Example: "look: {}", Redo: engine.Manual, New: func() engine.Step { return &asker{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	s, open, last := engine.NewState(), &engine.PlannedStage{ID: "open"}, &engine.PlannedStage{ID: engine.FinallyStage}
	add := func(stage *engine.PlannedStage, step, node string, pure bool, r *engine.TaskRecord) {
		task := task(stage.ID, step, "", node, "look", engine.Change{})
		task.Args = json.RawMessage(fmt.Sprintf(`{"pure": %v}`, pure))
		stage.Tasks, s.Tasks[task.ID] = append(stage.Tasks, task), r
	}
	done := engine.TaskRecord{Outcome: engine.Done, Valid: true}
	passed := &engine.PlannedStage{ID: "passed"}
	s.Barriers["passed"] = true
	add(passed, "proof", "one", true, &done)
	for _, node := range []string{"one", "two"} {
		add(open, "proof", node, true, &done)
		add(open, "work", node, false, &done)
		add(open, "cut", node, false, &engine.TaskRecord{Open: true})
	}
	add(open, "doubt", "one", false, &engine.TaskRecord{Outcome: engine.Unknown})
	add(open, "decided", engine.ControllerNode, true, &done)
	add(open, "broken", "one", false, &engine.TaskRecord{Outcome: engine.Failed})
	add(open, "lapsed", "one", false, &engine.TaskRecord{Outcome: engine.Done})
	add(open, "later", "one", false, nil)
	add(last, "proof", "one", true, &done)
	var b strings.Builder
	Resuming(&b, &engine.Plan{Run: "R", Site: "lab", Title: "T", Stages: []*engine.PlannedStage{passed, open, last}}, s, kinds, Style{})
	want := `resuming R on lab: T
  done, kept                         5 tasks
  done, asked again                  2 tasks
      open/proof  @one, two
  begun, no outcome yet; asked first 2 tasks
      open/cut  @one, two
  unknown, settled first             1 task
      open/doubt  @one
  failed, repeated                   1 task
      open/broken  @one
  invalid, repeated                  1 task
      open/lapsed  @one
  not begun                          1 task
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}
