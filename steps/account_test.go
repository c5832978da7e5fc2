package steps_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// uninterrupted is how the run goes when nothing is killed: what is true at its end, and its journal.
func uninterrupted(t *testing.T) (map[string]string, []engine.Event, *story) {
	t.Helper()
	s := newStory(t)
	c := &enginetest.Controller{}
	if err := s.drive(c, nil); err != nil {
		t.Fatal(err)
	}
	s.same(s.w.state(), c.Events, "uninterrupted")
	return s.w.state(), c.Events, s
}

// same holds the end of a run against that of the uninterrupted one, and what was applied against the journal.
func (s *story) same(want map[string]string, events []engine.Event, where string) {
	s.t.Helper()
	s.idle()
	if d := cmp.Diff(want, s.w.state()); d != "" {
		s.t.Errorf("%s: another end (-want +got):\n%s", where, d)
	}
	again := s.settled(events, where)
	s.plan.Tasks(func(t *engine.Task) {
		n := s.w.times(t)
		if s.redo(t) != engine.Pure && (n < 1 || n > 1+again[t.ID]) {
			s.t.Errorf("%s: %s was applied %d times; the journal has %d reasons to do it again", where, t.ID, n, again[t.ID])
		}
	})
}

// settled counts, by task, how often the journal says that it may be done again. It must say so of every unknown outcome
// before anything else about the task, by the rule of its kind; and nothing else may make a done task invalid here.
func (s *story) settled(events []engine.Event, where string) map[string]int {
	s.t.Helper()
	open, again := map[string]bool{}, map[string]int{}
	reasons := map[engine.Redo]string{engine.Idempotent: "done again (idempotent)", engine.Checked: "found not done: ", engine.Manual: byHand}
	tasks := map[string]*engine.Task{}
	s.plan.Tasks(func(t *engine.Task) { tasks[t.ID] = t })
	for _, e := range events {
		t := tasks[e.Task]
		switch {
		case t == nil:
			continue
		case e.Type == engine.EventInvalid:
			s.t.Errorf("%s: %s became invalid: %s", where, t.ID, e.Reason)
		case e.Reason != "" && strings.HasPrefix(e.Reason, reasons[s.redo(t)]) && open[t.ID]:
			open[t.ID] = false
			if e.Outcome != engine.Done {
				again[t.ID]++
			}
		case strings.HasPrefix(e.Reason, "found done") && s.redo(t) == engine.Checked:
			open[t.ID] = false
		case e.Outcome == engine.Unknown:
			open[t.ID] = true
		case open[t.ID]:
			s.t.Errorf("%s: %s was unknown, and is not settled before %s %s", where, t.ID, e.Type, e.Reason)
		}
	}
	return again
}

func count(events []engine.Event, what engine.EventType, task string) int {
	n := 0
	for _, e := range events {
		if e.Type == what && (task == "" || e.Task == task) {
			n++
		}
	}
	return n
}

func (s *story) task(id string) *engine.Task {
	var found *engine.Task
	s.plan.Tasks(func(t *engine.Task) {
		if t.ID == id {
			found = t
		}
	})
	return found
}

// unknown are the tasks that ended so.
func (s *story) unknown(events []engine.Event) map[string]bool {
	out := map[string]bool{}
	for _, e := range events {
		if e.Outcome == engine.Unknown {
			out[e.Task] = true
		}
	}
	return out
}
