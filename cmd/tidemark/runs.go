package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newRuns(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "runs", Short: "Lists the runs of this controller, newest first.", Args: between(0, 0),
		RunE: func(*cobra.Command, []string) error { return a.runs() },
	}
}

// runLine is a run as JSON.
type runLine struct {
	Run     string `json:"run"`
	Runbook string `json:"runbook,omitempty"`
	Site    string `json:"site,omitempty"`
	// Created is when the run was, in UTC; Owner who started it, user@host.
	Created string `json:"created,omitempty"`
	Owner   string `json:"owner,omitempty"`
	State   string `json:"state"`
	Tasks   int    `json:"tasks"`
	Done    int    `json:"done"`
	Failed  int    `json:"failed"`
	Unknown int    `json:"unknown"`
	// Old: another controller ended the run, so what is counted here is older than that.
	Old bool `json:"old,omitempty"`
}

func (a *app) runs() error {
	all, err := journal.List(a.stateDir())
	if err != nil {
		return err
	}
	slices.Reverse(all)
	if !a.json() {
		if len(all) == 0 {
			a.say("no runs in %s", a.stateDir())
			if err := a.stateThere(); err != nil {
				a.say("%v; %s", err, engine.NextOf(err))
			}
			return nil
		}
		a.runsTable(a.stdout, all)
		return nil
	}
	lines := []runLine{}
	for _, e := range all {
		lines = append(lines, lineOf(&e))
	}
	return view.JSON(a.stdout, lines)
}

func lineOf(e *journal.Entry) runLine {
	l := runLine{Run: e.Run, State: "unreadable"}
	if e.Err != nil {
		return l
	}
	p := e.Record.Plan
	l.Runbook, l.Site, l.State = p.Runbook, p.Site, view.RunState(e.State)
	if l.Old = e.State.ClosedBy == engine.ByAnother; l.Old {
		l.State += " " + e.State.ClosedBy
	}
	l.Created = p.Created.UTC().Format(time.RFC3339)
	if p.Holder.User != "" {
		l.Owner = p.Holder.User + "@" + p.Holder.Host
	}
	if driver, err := journal.DrivenBy(e.Dir); err == nil && driver != nil {
		l.State = fmt.Sprintf("running (process %d)", driver.PID)
	}
	p.Tasks(func(*engine.Task) { l.Tasks++ })
	for _, r := range e.State.Tasks {
		switch r.Outcome {
		case engine.Done, engine.Skipped:
			l.Done++
		case engine.Failed:
			l.Failed++
		case engine.Unknown:
			l.Unknown++
		}
	}
	return l
}

func (a *app) runsTable(w io.Writer, all []journal.Entry) {
	var rows [][]string
	for _, e := range all {
		l := lineOf(&e)
		counts := []string{fmt.Sprintf("%d/%d", l.Done, l.Tasks), fmt.Sprint(l.Failed), fmt.Sprint(l.Unknown)}
		if l.Old {
			counts = []string{"?", "?", "?"}
		}
		rows = append(rows, append([]string{l.Run, l.Runbook, l.Site, strings.Replace(l.Created, "T", " ", 1), l.Owner, l.State}, counts...))
	}
	view.Table(w, []string{"RUN", "RUNBOOK", "SITE", "CREATED", "OWNER", "STATE", "DONE", "FAILED", "UNKNOWN"}, rows)
}
