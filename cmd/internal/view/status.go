package view

import (
	"fmt"
	"io"
	"strings"

	"tidemark/engine"
)

// Status writes how a run stands, from its journal alone; live: a process drives it.
func Status(w io.Writer, p *engine.Plan, s *engine.State, driver string, live bool, st Style) {
	fmt.Fprintf(w, "%s\n", st.paint(bold, fmt.Sprintf("%s  %s on %s", p.Run, p.Runbook, p.Site)))
	state, width := strings.TrimSpace(RunState(s)+" "+s.ClosedBy), 16
	if s.Closed == "" || live {
		state += "; " + driver
	}
	fmt.Fprintln(w, state)
	if lost := lostNow(p, s); live && len(lost) > 0 {
		fmt.Fprintf(w, "  not reached now: %s; the process dials again, and tasks go on there\n", NodeList(lost))
	}
	if s.Closed == "" && s.Overdue > 0 {
		fmt.Fprintf(w, "  its deadline of %s is over: nothing new started behind it; a resume begins it anew\n", s.Overdue)
	}
	if s.Refused != "" {
		fmt.Fprintf(w, "  %s\n", oneLine(s.Refused))
	}
	if s.RefusedNext != "" {
		fmt.Fprintf(w, "  hint: %s\n", oneLine(s.RefusedNext))
	}
	old := s.ClosedBy == engine.ByAnother
	if old {
		fmt.Fprintln(w, "what this record has of its tasks is older than that:")
	}
	for _, stage := range p.Stages {
		width = max(width, len(stage.ID))
	}
	for _, stage := range p.Stages {
		fmt.Fprintf(w, "  %-*s %s\n", width, stage.ID, stageWords(stage, s, live))
	}
	r := &Report{Open: s.Closed == ""}
	for _, t := range Tasks(p, s) {
		if !old && (!live || t.Outcome != "") {
			r.Tasks = append(r.Tasks, t)
		}
	}
	r.bad(w, st)
	if s.Closed == "" {
		for _, text := range Standing(p, s, live) {
			fmt.Fprintf(w, "  %s\n", text)
		}
	}
}

// lostNow are the nodes whose connection is lost.
func lostNow(p *engine.Plan, s *engine.State) (lost []string) {
	for _, n := range p.Nodes {
		if s.Lost[n] {
			lost = append(lost, n)
		}
	}
	return lost
}

// RunState is the run's state in a word or two.
func RunState(s *engine.State) string {
	switch {
	case s.Closed != "":
		return "closed: " + s.Closed
	case s.Epoch == 0:
		return "not begun"
	}
	return "open"
}

// stageWords counts the tasks of a stage by how they stand. Of a task that was begun and has no end nobody knows whether
// it runs, unless a process drives the run.
func stageWords(stage *engine.PlannedStage, s *engine.State, live bool) string {
	begun, left := "begun", "waiting"
	if live {
		begun = "running"
	}
	if s.Closed != "" {
		left = "not begun"
	}
	n := map[string]int{}
	for _, t := range stage.Tasks {
		word := left
		if r := s.Tasks[t.ID]; r != nil && r.Outcome != "" {
			word = string(r.Outcome)
		} else if r != nil && r.Open && r.Cancelled {
			word = "cancelled"
		} else if r != nil && r.Open {
			word = begun
		}
		n[word]++
	}
	through := stage.ID == engine.FinallyStage && s.Closed != "" && n["done"]+n["skipped"] == len(stage.Tasks) // it has no barrier
	if s.Barriers[stage.ID] || through {
		return "passed"
	}
	var parts []string
	for _, word := range []string{"failed", "unknown", "cancelled", begun, left, "done", "skipped"} {
		if n[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[word], word))
		}
	}
	return strings.Join(parts, ", ")
}
