package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "status [RUN]", Short: "Says how a run stands, from its journal.", Args: between(0, 1),
		RunE: func(_ *cobra.Command, args []string) error { return a.status(args) },
	}
}

// statusAnswer is a run's standing as JSON.
type statusAnswer struct {
	Run      string          `json:"run"`
	Runbook  string          `json:"runbook"`
	Site     string          `json:"site"`
	State    string          `json:"state"`
	Epoch    int64           `json:"epoch"`
	Driver   *journal.Driver `json:"driver,omitempty"`
	Nodes    []string        `json:"nodes"`
	ClosedBy string          `json:"closed_by,omitempty"` // where it was not the run itself
	Refused  string          `json:"refused,omitempty"`   // why it was refused before its first change
	Barriers map[string]bool `json:"barriers"`
	Tasks    []view.Task     `json:"tasks"`
	Standing []string        `json:"standing"`
	Next     string          `json:"next,omitempty"`
	Torn     string          `json:"torn,omitempty"`
}

func (a *app) status(args []string) error {
	dir, rec, err := a.readRun(args)
	if err != nil {
		return err
	}
	driver, err := journal.DrivenBy(dir)
	if err != nil {
		return err
	}
	p, s := rec.Plan, engine.Fold(rec.Events)
	a.nextReaching(s, s.Closed != "")
	next := a.afterClose(p, s)
	if s.Closed == "" {
		next = a.onward(p, s, driver != nil)
	}
	if a.json() {
		return view.JSON(a.stdout, statusAnswer{
			Run: p.Run, Runbook: p.Runbook, Site: p.Site, State: view.RunState(s), Epoch: s.Epoch, Driver: driver, Nodes: p.Nodes,
			ClosedBy: s.ClosedBy, Refused: s.Refused, Barriers: s.Barriers, Tasks: view.Tasks(p, s), Standing: view.Standing(p, s, driver != nil), Next: next, Torn: rec.Torn,
		})
	}
	words := "no process drives it"
	if driver != nil {
		words = fmt.Sprintf("driven by process %d", driver.PID)
	}
	view.Status(a.stdout, p, s, words, driver != nil, view.StyleOf(a.stdout))
	if next != "" {
		if driver == nil {
			view.Under(a.stdout, a.keepsToItsPlan(p, s))
		}
		fmt.Fprintln(a.stdout, view.Next(next))
	}
	if task := firstBad(p, s); task != "" {
		fmt.Fprintf(a.stdout, "log:  %s\n", a.command("logs", p.Run, view.Command([]string{task})))
	}
	return nil
}

// firstBad is the first task of which an attempt failed or ended unknown; "" is none.
func firstBad(p *engine.Plan, s *engine.State) (first string) {
	p.Tasks(func(t *engine.Task) {
		r := s.Tasks[t.ID]
		if first == "" && r != nil && r.Attempt > 0 && (r.Outcome == engine.Failed || r.Outcome == engine.Unknown) {
			first = t.ID
		}
	})
	return first
}
