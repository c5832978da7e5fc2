package main

import (
	"errors"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

// onward is the one command that goes on with an open run as its record has it; driven: a process here drives it. What only
// a person can tell comes first: resume alone would ask for it again, for ever.
func (a *app) onward(p *engine.Plan, s *engine.State, driven bool) string {
	switch task := leftToAPerson(p, s); {
	case driven:
		return a.command("attach", p.Run)
	case task != "":
		return a.settles(task, p.Run)
	case answeredNo(s) && len(view.Down(p, s))+len(view.Restored(p, s)) == 0:
		return "to end it:\n  " + a.command("abandon", p.Run) + "\nto be asked again:\n  " + a.command("resume", p.Run)
	}
	return a.command("resume", p.Run)
}

// answeredNo tells whether the run stands because a person said no, and wanted no more of it.
func answeredNo(s *engine.State) (no bool) {
	for _, r := range s.Tasks {
		if r.Outcome == engine.Failed && !strings.HasPrefix(r.Message, engine.AnsweredNo) {
			return false
		}
		no = no || r.Outcome == engine.Failed
	}
	return no
}

// leftToAPerson is the first task whose outcome only a person can settle, or "".
func leftToAPerson(p *engine.Plan, s *engine.State) (first string) {
	p.Tasks(func(t *engine.Task) {
		if r := s.Tasks[t.ID]; first == "" && r != nil && r.Manual {
			first = t.ID
		}
	})
	return first
}

// nextAfter is the one thing to do when driving a run ended with err; "" where nothing is left. Where others hold the run, or
// a node of it, their refusal knows the way on, and resume would meet it again.
func (a *app) nextAfter(r *driven, err error) string {
	if r.state.Closed != "" {
		return a.afterClose(r.plan, r.state)
	}
	if e := heldByOthers(err); e != nil {
		return a.reaching(engine.NextOf(e))
	}
	return a.onward(r.plan, r.state, false)
}

// afterClose is the one thing to do about a run that is closed: one that failed is begun anew, unless somebody else closed it. An
// abandoned restore may have left nodes half-way, which its record does not tell.
func (a *app) afterClose(p *engine.Plan, s *engine.State) string {
	if s.Closed == "abandoned" && restores(p) && len(view.Down(p, s))+len(view.Restored(p, s)) > 0 {
		return "look whether nodes are half-way:\n  " + a.command("nodes") + "\nand where they are, take it back:\n  " + a.undoOf(p, p.Run)
	}
	if s.Closed != engine.ClosedFailed || s.ClosedBy != "" {
		return ""
	}
	return a.again("run", p)
}

// heldByOthers is the part of err that says that another controller has the run, or another run a node of it; nil where none
// does.
func heldByOthers(err error) error {
	for _, e := range view.Leaves(err) {
		var l *engine.Locked
		if errors.Is(e, engine.ErrOvertaken) || errors.As(e, &l) {
			return e
		}
	}
	return nil
}

// behind tells whether another controller went on with the run: what the record has of its tasks is old.
func behind(s *engine.State, err error) bool {
	return s.ClosedBy == engine.ByAnother || errors.Is(err, engine.ErrOvertaken)
}

// nextReaching makes the next things to do of a run's tasks reach the same runs and site; the journal keeps them as they
// are. They say what to do on the node; what a person found there is told to a run that is open, and will stay so.
func (a *app) nextReaching(s *engine.State, closed bool) {
	s.RefusedNext = a.reaching(s.RefusedNext)
	for id, r := range s.Tasks {
		r.Next = a.reaching(r.Next)
		if r.Manual && !closed {
			r.Next += "; " + a.settles(id, s.Run)
		}
	}
}

// settles are the two commands that tell a run what a person found about a task, and go on: one of them is to be said, each
// stands on a line of its own.
func (a *app) settles(task, run string) string {
	as := func(found string) string {
		return "\n  " + a.command("resume", "--as", found, view.Command([]string{task}), run)
	}
	return "if it was done:" + as("done") + "\nif it was not:" + as("not-done")
}

// keepsToItsPlan says of an open run in which a task failed how to do it otherwise: no resume takes a change of its texts. Where
// it has a service down or tables exchanged nobody should leave it so.
func (a *app) keepsToItsPlan(p *engine.Plan, s *engine.State) []string {
	failed := false
	for _, r := range s.Tasks {
		failed = failed || r.Outcome == engine.Failed
	}
	if !failed || s.Closed != "" || len(view.Down(p, s))+len(view.Restored(p, s)) > 0 {
		return nil
	}
	return []string{"the run keeps to its plan; with another command, runbook or site it is a new run, and this one ends first: " + a.command("abandon", p.Run)}
}
