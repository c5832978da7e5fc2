package steps_test

import (
	"slices"
	"testing"

	"tidemark/engine"
)

// While a restored node does not serve there runs only what cannot run before or after it; what the drain would flush
// is flushed before, behind a barrier.
func TestOutageOfARestore(t *testing.T) {
	s := newStory(t)
	var steps, stages []string
	s.plan.Tasks(func(task *engine.Task) {
		if n := len(steps); task.Node == "vellum-1" && (n == 0 || steps[n-1] != task.Step) {
			steps, stages = append(steps, task.Step), append(stages, task.Stage)
		}
	})
	from, flush, to := slices.Index(steps, "drain"), slices.Index(steps, "flush"), slices.Index(steps, "serving_again")
	if from < 0 || flush < 0 || flush > from || stages[flush] == stages[from] {
		t.Fatalf("the flush is not in a stage before the drain: %q", steps)
	}
	want := []string{"drain", "stop", "stopped", "restore", "files", "start", "running", "serving_again"}
	if to < from || !slices.Equal(steps[from:to+1], want) {
		t.Errorf("without service: %q, want %q", steps[from:], want)
	}
}
