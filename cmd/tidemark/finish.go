package main

import (
	"context"
	"errors"
	"time"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

// finish reports the end of a run that began; the report has its times already.
func (a *app) finish(r *driven, err error, detached bool, rep *view.Report) error {
	a.nextReaching(r.state, r.state.Closed != "")
	rep.Run, rep.Runbook, rep.Site, rep.Result = r.plan.Run, r.plan.Runbook, r.plan.Site, resultWord(r.state, err, detached)
	if late := (*engine.Incomplete)(nil); errors.As(err, &late) && late.Overdue {
		rep.Overdue = r.state.Overdue.String()
	}
	rep.Open, rep.Tasks = r.state.Closed == "", view.Tasks(r.plan, r.state)
	if r.state.Closed == "done" {
		for _, text := range r.plan.Afterwards {
			rep.Afterwards = append(rep.Afterwards, a.reaching(text))
		}
	}
	if err != nil {
		a.notDone(r, err, detached, rep)
	}
	if e := a.deliver(rep); e != nil {
		err = errors.Join(err, e)
	}
	if err == nil {
		return nil
	}
	return &ended{err: err, some: someDone(r.plan, r.state), interrupted: detached}
}

// notDone adds what is safe, the one next thing to do, and where to look. Of a run that others went on with, the record
// knows neither what is safe nor what failed.
func (a *app) notDone(r *driven, err error, detached bool, rep *view.Report) {
	err = a.reachable(err)
	rep.Next = a.nextAfter(r, err)
	rep.Warnings = others(err, rep.Next)
	if behind(r.state, err) {
		rep.Log = a.command("logs", r.plan.Run)
		return
	}
	rep.Safe = append(view.Standing(r.plan, r.state, false), a.keepsToItsPlan(r.plan, r.state)...)
	rep.Log = a.keepLogs(r, detached)
}

// deliver writes the report: a done run's is the answer, a failed one's goes where a person looks.
func (a *app) deliver(rep *view.Report) error {
	if a.json() {
		return view.JSON(a.stdout, rep)
	}
	w := a.stdout
	if rep.Result != "done" {
		w = a.stderr
	}
	rep.Text(w, view.StyleOf(w))
	return nil
}

func resultWord(s *engine.State, err error, detached bool) string {
	var n *engine.Incomplete
	switch {
	case err == nil:
		return "done"
	case behind(s, err):
		return view.Overtaken
	case detached:
		return "detached"
	case errors.As(err, &n) && n.Unknown > 0:
		return "outcomes unknown"
	case errors.As(err, &n) && n.Stopped:
		return "stopped"
	}
	return "failed"
}

// others are failures that no task tells: the journal, a barrier, a node that could not be released. What stands below them
// as the next thing to do is not said twice.
func others(err error, told string) []string {
	var out []string
	for _, e := range view.Leaves(err) {
		var n *engine.Incomplete
		if !errors.As(e, &n) {
			text := e.Error()
			if next := engine.NextOf(e); next != "" && next != told {
				text += " (" + next + ")"
			}
			out = append(out, text)
		}
	}
	return out
}

// logWait bounds the fetching of logs: the report must not wait for a dead node.
const logWait = 5 * time.Second

// keepLogs fetches the output of failed tasks into the run's directory and gives what to look at first: where none of them printed
// anything, the command that tells the run's events.
func (a *app) keepLogs(r *driven, detached bool) string {
	first := a.command("logs", r.plan.Run)
	if detached {
		return first
	}
	ctx, cancel := context.WithTimeout(context.Background(), logWait)
	defer cancel()
	kept := 0
	r.plan.Tasks(func(t *engine.Task) {
		rec := r.state.Tasks[t.ID]
		if rec == nil || kept >= 20 || (rec.Outcome != engine.Failed && rec.Outcome != engine.Unknown) {
			return
		}
		ref := engine.TaskRef{Run: r.plan.Run, Epoch: r.state.Epoch, Task: t.ID, Attempt: rec.Attempt}
		data, err := r.nodes[t.Place()].Log(ctx, ref)
		if err != nil || len(data) == 0 {
			return
		}
		if path, err := r.journal.SaveLog(t.ID, rec.Attempt, data); err == nil {
			if kept++; kept == 1 {
				first = path
			}
		}
	})
	return first
}

// someDone tells whether a node came through what it was given while another failed.
func someDone(p *engine.Plan, s *engine.State) bool {
	done, failed := map[string]bool{}, map[string]bool{}
	p.Tasks(func(t *engine.Task) {
		if r := s.Tasks[t.ID]; r != nil && t.Node != engine.ControllerNode {
			done[t.Node] = done[t.Node] || r.Outcome == engine.Done
			failed[t.Node] = failed[t.Node] || r.Outcome == engine.Failed || r.Outcome == engine.Unknown
		}
	})
	for n := range done {
		if done[n] && !failed[n] {
			return true
		}
	}
	return false
}
