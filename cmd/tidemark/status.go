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
	Barriers map[string]bool `json:"barriers"`
	Tasks    []view.Task     `json:"tasks"`
	Standing []string        `json:"standing"`
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
	a.nextReaching(s)
	if a.json() {
		return view.JSON(a.stdout, statusAnswer{
			p.Run, p.Runbook, p.Site, view.RunState(s), s.Epoch, driver, p.Nodes, s.Barriers, view.Tasks(p, s), view.Standing(p, s, driver != nil), rec.Torn,
		})
	}
	words := "no process drives it"
	if driver != nil {
		words = fmt.Sprintf("driven by process %d", driver.PID)
	}
	view.Status(a.stdout, p, s, words, driver != nil, view.StyleOf(a.stdout))
	if s.Closed == "" {
		verb := "resume"
		if driver != nil {
			verb = "attach"
		}
		fmt.Fprintf(a.stdout, "next: %s\n", a.command(verb, p.Run))
	}
	return nil
}
