package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

// adopt makes a run's directory from what its nodes keep: the plan, the barriers, the receipts. The named nodes
// give the plan; all nodes of the plan give their records.
func (a *app) adopt(ctx context.Context, args, names []string) (string, error) {
	site, src, err := a.loadSite()
	if err != nil {
		return "", err
	}
	for _, n := range names {
		if err := knownNode(site, "--adopt: ", n); err != nil {
			return "", err
		}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	s, err := a.open(site, src.Name, names...)
	if err != nil {
		return "", err
	}
	defer s.close()
	run, err := s.heldRun(ctx, names, args)
	if err != nil {
		return "", err
	}
	kept, err := a.keptHere(ctx, s, names, run)
	if err != nil {
		return "", err
	}
	plan, err := s.storedPlan(ctx, names, run)
	if err != nil {
		return "", err
	}
	plan.Local = s.local
	states, err := s.states(ctx, plan.Nodes, run)
	if err != nil {
		return "", err
	}
	if err := stillOpen(run, plan.Nodes, states); err != nil {
		return "", err
	}
	a.say("adopting run %s (%s) from %s", run, plan.Runbook, view.NodeList(plan.Nodes))
	return a.rebuild(plan, states, kept)
}

// stillOpen refuses a run that was closed and that no node holds any more. Where one does, its close was cut short.
func stillOpen(run string, nodes []string, states map[string]engine.NodeState) error {
	closed := ""
	for _, n := range nodes {
		if l := states[n].Lock; l != nil && l.Run == run {
			return nil
		}
		if c := states[n].Closed; c != nil && c.Closed != engine.ClosedNotBegun {
			closed = c.Closed
		}
	}
	if closed == "" {
		return nil
	}
	return usagef("", "--adopt: run %s is closed: %s", run, closed)
}

// heldRun is the run that args name, or the one that the nodes are locked by.
func (s *session) heldRun(ctx context.Context, names, args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	states, err := s.states(ctx, names, "")
	if err != nil {
		return "", err
	}
	var runs []string
	for _, n := range names {
		if l := states[n].Lock; l != nil && !slices.Contains(runs, l.Run) {
			runs = append(runs, l.Run)
		}
	}
	if len(runs) != 1 {
		return "", usagef("tidemark nodes", "--adopt: %s are locked by %d runs; name the RUN", view.NodeList(names), len(runs))
	}
	return runs[0], nil
}

// keptHere refuses a run whose directory here is good. Of another it says what it is, unreadable or overtaken by another
// controller's work; "" where there is none.
func (a *app) keptHere(ctx context.Context, s *session, names []string, run string) (string, error) {
	dir := journal.Dir(a.stateDir(), run)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	rec, err := journal.Read(dir)
	if err != nil {
		return "unreadable", nil //nolint:nilerr // it is rebuilt
	}
	states, err := s.states(ctx, names, run)
	if err != nil {
		return "", err
	}
	state := engine.Fold(rec.Events)
	if overtaken(state, states) {
		return "overtaken", nil
	}
	if err := a.mustBeOpen(rec.Plan, state); err != nil {
		return "", err
	}
	driver, err := journal.DrivenBy(dir)
	if err != nil {
		return "", err
	}
	return "", usagef(a.onward(rec.Plan, state, driver != nil), "run %s is whole in %s; it needs no adoption", run, a.stateDir())
}

func overtaken(record *engine.State, states map[string]engine.NodeState) bool {
	for name, s := range states {
		if engine.Overtaken(record, name, s) {
			return true
		}
	}
	return false
}

func (s *session) storedPlan(ctx context.Context, names []string, run string) (*engine.Plan, error) {
	states, err := s.states(ctx, names, run)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if len(states[n].Plan) == 0 {
			continue
		}
		p := &engine.Plan{}
		if err := json.Unmarshal(states[n].Plan, p); err != nil {
			return nil, &engine.NodeError{Node: n, Err: engine.Failf(engine.ClassPrecondition, "the stored plan of run %s: %w", run, err)}
		}
		return p, nil
	}
	return nil, &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: no plan of run %s is stored there", view.NodeList(names), run), "look which run holds them: "+s.app.command("nodes"))}
}

// rebuild writes the journal that the run would have, as far as the nodes know it; kept is what lay in its place.
func (a *app) rebuild(p *engine.Plan, states map[string]engine.NodeState, kept string) (string, error) {
	kinds, err := storedKinds(p)
	if err != nil {
		return "", err
	}
	dir := journal.Dir(a.stateDir(), p.Run)
	aside, err := journal.Rebuild(dir, p, recollect(p, kinds, states))
	if aside != "" {
		a.say("the %s record was kept as %s", kept, aside)
	}
	return dir, err
}
