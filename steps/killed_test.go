package steps_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// both does a part as it is, and once more where no task lives any more when the run is resumed.
func both(t *testing.T, part func(t *testing.T, before func(*story))) {
	t.Run("tasks live", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { part(t, func(*story) {}) })
	})
	t.Run("tasks ended", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { part(t, (*story).idle) })
	})
}

// TestRestoreKilledAtEveryLine kills the controller of the shipped restore before every line of its journal.
func TestRestoreKilledAtEveryLine(t *testing.T) {
	both(t, func(t *testing.T, before func(*story)) {
		want, lines, _ := uninterrupted(t)
		for at := 1; at < len(lines); at++ {
			s, where := newStory(t), fmt.Sprintf("line %d", at)
			c := &enginetest.Controller{DieAt: at}
			if err := s.drive(c, nil); err == nil || !c.Dead() {
				t.Fatalf("%s: the controller lives", where)
			}
			before(s)
			events := s.finish(c.Events, where)
			s.same(want, events, where)
			if n := count(events, engine.EventSettled, ""); n > 0 {
				t.Errorf("%s: no task died, and %d were settled", where, n)
			}
		}
	})
}

// TestRestoreKilledInEveryTask kills the controller in the midst of every task. Who resumes attaches to the task, or
// finds its receipt: it is begun once.
func TestRestoreKilledInEveryTask(t *testing.T) {
	both(t, func(t *testing.T, before func(*story)) {
		want, _, whole := uninterrupted(t)
		whole.plan.Tasks(func(task *engine.Task) {
			s := newStory(t)
			c := &enginetest.Controller{}
			err := s.drive(c, func(e engine.Event) {
				if e.Type == engine.EventBegin && e.Task == task.ID {
					time.AfterFunc(pace(task.Node)/2, c.Kill)
				}
			})
			if err == nil || !c.Dead() {
				t.Fatalf("%s: the controller lives", task.ID)
			}
			before(s)
			events := s.finish(c.Events, task.ID)
			s.same(want, events, task.ID)
			if n, settled := count(events, engine.EventBegin, task.ID), count(events, engine.EventSettled, ""); n != 1 || settled != 0 {
				t.Errorf("%s was begun %d times; %d were settled", task.ID, n, settled)
			}
		})
	})
}

// TestRestoreKilledWithEveryTask kills the controller in the midst of every task that changes something, and then the
// task itself, just before or just behind its work. Who resumes settles it: checked work is found done, or done again;
// idempotent work is shown as done again; of manual work a person tells.
func TestRestoreKilledWithEveryTask(t *testing.T) {
	for _, at := range []string{halfway, behind} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { restoreKilledWithEveryTask(t, at) })
		})
	}
}

func restoreKilledWithEveryTask(t *testing.T, mark string) {
	want, _, whole := uninterrupted(t)
	whole.plan.Tasks(func(task *engine.Task) {
		if whole.redo(task) == engine.Pure {
			return
		}
		s := newStory(t)
		c := &enginetest.Controller{}
		_ = s.drive(c, func(e engine.Event) {
			if e.Type == engine.EventBegin && e.Task == task.ID {
				s.fleet.Node(task.Node).KillOn = func(path string) bool { return strings.HasSuffix(path, "/"+mark) }
				time.AfterFunc(pace(task.Node)/2, c.Kill)
			}
		})
		s.idle()
		events := s.finish(c.Events, task.ID)
		s.same(want, events, task.ID)
		if n, due := s.w.times(s.task(task.ID)), s.due(task, mark); n != due {
			t.Errorf("%s died %s and was applied %d times, want %d", task.ID, mark, n, due)
		}
		if n := len(s.unknown(events)); n != 1 {
			t.Errorf("%s died; unknown were %d", task.ID, n)
		}
	})
}

// due is how often a task that died at the mark must have been applied: work that was not done once more, and work that
// nothing on the node tells of.
func (s *story) due(t *engine.Task, mark string) int {
	if mark == halfway || s.redo(t) == engine.Idempotent && len(t.Change.Will) == 0 {
		return 2
	}
	return 1
}

// TestRestoreTaskKilledAtEveryRecord kills the task, or the agent in its call, behind every durable record on one node:
// locks, plans, intents, marks, receipts, barriers. The controller lives and settles it, or dies with it.
func TestRestoreTaskKilledAtEveryRecord(t *testing.T) {
	for name, alone := range map[string]bool{"controller lives": true, "controller dies": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { restoreKilledAtEveryRecord(t, alone) })
		})
	}
}

func restoreKilledAtEveryRecord(t *testing.T, alone bool) {
	want, _, whole := uninterrupted(t)
	for at := 1; at <= whole.fleet.Node("vellum-2").Records(); at++ {
		s, where := newStory(t), fmt.Sprintf("record %d", at)
		c, n := &enginetest.Controller{}, 0
		s.fleet.Node("vellum-2").KillOn = func(string) bool {
			if n++; n == at && !alone {
				c.Kill()
			}
			return n == at
		}
		err := s.drive(c, nil)
		events := c.Events
		if err != nil {
			if alone && len(s.unknown(events)) == 0 {
				t.Fatalf("%s: %v", where, err)
			}
			if alone {
				events = append(events, s.person(events))
			}
			events = s.finish(events, where)
		}
		s.same(want, events, where)
	}
}
