package main

import (
	"fmt"
	"slices"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

// takeOver finds the open run that this one may replace, and refuses when another one holds its nodes: the nodes
// would refuse, too, but only this state directory knows how to go on with it. A run that a process drives is never
// replaced; what lives of others the nodes find out.
func (a *app) takeOver(r *driven) error {
	r.takeOverOf(r.plan)
	all, err := journal.ListOpen(a.stateDir())
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.Err != nil || e.State.Epoch == 0 || !shareNodes(e.Record.Plan, r.plan) {
			continue
		}
		driver, err := journal.DrivenBy(e.Dir)
		if err != nil {
			return err
		}
		replaces := e.Run == r.replaces || r.replaces == "" && supersedes(r.plan, e.Record.Plan)
		if driver != nil || !replaces {
			return a.refuseFor(&e, driver)
		}
		if left := leftOut(e.Record.Plan, r.plan); len(left) > 0 {
			return a.refuseWithout(&e, left)
		}
		r.replaces = e.Run
	}
	return nil
}

// replaceAgain lets a run that goes on replace the run that it began to replace, unless a process drives that one by now.
func (a *app) replaceAgain(r *driven) error {
	if r.takeOverOf(r.plan); r.replaces == "" {
		r.replaces = r.plan.Replaces
	}
	if r.replaces == "" {
		return nil
	}
	dir := journal.Dir(a.stateDir(), r.replaces)
	driver, err := journal.DrivenBy(dir)
	if err != nil || driver == nil {
		return err
	}
	rec, err := journal.Read(dir)
	if err != nil {
		return err
	}
	return a.refuseFor(&journal.Entry{Run: r.replaces, Dir: dir, Record: rec, State: engine.Fold(rec.Events)}, driver)
}

// supersedes: a killed run of a runbook that closes on failure may be resumed until the next start of that runbook.
func supersedes(now, before *engine.Plan) bool {
	return before.OnFailure == engine.CloseFailed && before.Runbook == now.Runbook
}

func shareNodes(a, b *engine.Plan) bool {
	return slices.ContainsFunc(a.Nodes, func(n string) bool { return slices.Contains(b.Nodes, n) })
}

// leftOut are the nodes of the replaced run that the new one does not hold: they would stay locked by a closed run. Those
// that are gone do not count; mustBeGone has looked at them.
func leftOut(before, now *engine.Plan) []string {
	_, gone := goneOf(now)
	has := slices.Concat(now.Nodes, gone)
	return slices.DeleteFunc(slices.Clone(before.Nodes), func(n string) bool { return slices.Contains(has, n) })
}

// held is the refusal of nodes that an open run of this state directory holds.
type held struct {
	run, runbook, nodes string
	driver              *journal.Driver
}

func (h *held) Error() string {
	text := "run " + h.run + " (" + h.runbook + ") is open and holds " + h.nodes
	if h.driver != nil {
		text += fmt.Sprintf("; process %d on this machine drives it", h.driver.PID)
	}
	return text
}

func (a *app) refuseFor(e *journal.Entry, driver *journal.Driver) error {
	p := e.Record.Plan
	return engine.WithNext(&held{p.Run, p.Runbook, view.NodeList(p.Nodes), driver}, a.ways(p, e.State, driver))
}

func (a *app) refuseWithout(e *journal.Entry, left []string) error {
	p := e.Record.Plan
	return engine.WithNext(&held{p.Run, p.Runbook, view.NodeList(p.Nodes), nil},
		"it is replaced as a whole or not at all: take "+view.NodeList(left)+" in, too (--limit); "+a.without(p, e.State, left)+"; else: "+a.waysOut(p, e.State))
}

// takeOverOf: an undo runbook names the run that it undoes, takes its locks and closes it as undone.
func (r *driven) takeOverOf(p *engine.Plan) {
	if run, ok := undone(p); ok {
		r.replaces, r.closing = run, "undone"
	}
}
