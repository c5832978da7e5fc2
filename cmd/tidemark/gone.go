package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
	"tidemark/schema"
)

// goneOf are the nodes that the operator says no longer exist, and the run whose nodes they were: inputs of an undo and of
// a release.
func goneOf(p *engine.Plan) (run string, names []string) {
	run, _ = p.Inputs["run"].(string)
	if !strings.HasPrefix(p.Runbook, "undo-") && !strings.HasPrefix(p.Runbook, "release-") {
		return "", nil
	}
	raw, err := json.Marshal(p.Inputs["gone"]) // one form, whether the plan was just made or kept
	if err != nil || json.Unmarshal(raw, &names) != nil {
		return run, nil
	}
	return run, names
}

// mustBeGone looks whether the nodes that a run leaves out as gone are so: one that lives would keep its part of the restore.
func (a *app) mustBeGone(ctx context.Context, s *session, p *engine.Plan) error {
	run, names := goneOf(p)
	if len(names) == 0 {
		return nil
	}
	before, err := a.planOf(ctx, s, run, p.Nodes)
	if err != nil {
		return err
	}
	return a.leaveOut(ctx, s.site, before, names)
}

// goneFromSite does so for the nodes that a run which is abandoned leaves out.
func (a *app) goneFromSite(ctx context.Context, p *engine.Plan, names []string) error {
	if len(names) == 0 {
		return nil
	}
	site, _, err := a.loadSite()
	if err != nil {
		return err
	}
	return a.leaveOut(ctx, site, p, names)
}

// planOf is the plan of a run as it is kept here, or on its nodes.
func (a *app) planOf(ctx context.Context, s *session, run string, nodes []string) (*engine.Plan, error) {
	if rec, err := journal.Read(journal.Dir(a.stateDir(), run)); err == nil {
		return rec.Plan, nil
	}
	return s.storedPlan(ctx, nodes, run)
}

// leaveOut refuses to go on without nodes of a run which the site still names, or which answer where the run knew them.
func (a *app) leaveOut(ctx context.Context, site *schema.Site, before *engine.Plan, names []string) error {
	for _, n := range names {
		if !slices.Contains(before.Nodes, n) {
			return usagef("", "gone: run %s has no node %q%s; it has %s", before.Run, n, meant(n, before.Nodes), view.NodeList(before.Nodes))
		}
		if site.Node(n) != nil {
			return &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is named as gone, and site %s still has it", n, site.Name),
				"where it is gone for good, take it out of the site file first; where it lives, or will again, do not name it")}
		}
	}
	s, err := a.openFor(before)
	if err != nil {
		return err
	}
	defer s.close()
	if err := forAll(names, func(name string) error { return s.silent(ctx, name) }); err != nil {
		return &refused{err}
	}
	danger := ": wipe its disks before it is switched on, as it keeps the lock and what is half-done of run " + before.Run
	if restores(before) {
		danger = ", which would mix old rows with restored ones: wipe its disks before it is switched on"
	}
	a.say("WARNING: %s does not answer and is left out as gone for good. It must never come up with its data again%s.", view.NodeList(names), danger)
	return nil
}

// silent is nil where nothing answers in the node's place.
func (s *session) silent(ctx context.Context, name string) error {
	_, err := s.node(name).State(ctx, "")
	if ctx.Err() != nil {
		return err
	}
	if engine.ClassOf(err) == engine.ClassConnect {
		return nil
	}
	why := engine.Failf(engine.ClassPrecondition, "it is named as gone, and answers")
	if err != nil {
		why = engine.Failf(engine.ClassPrecondition, "it is named as gone, and something is in its place: %w", err)
	}
	return engine.WithNext(why, "put it back into the site file, and do not name it as gone; or switch it off for good and wipe it")
}

// without is how to go on with an open run of which nodes are gone for good. Where tables are exchanged, or Cassandra is
// down, a restore is taken back on the others; any other run is ended as it stands.
func (a *app) without(p *engine.Plan, s *engine.State, gone []string) string {
	names := strings.Join(gone, ",")
	how := a.command("abandon", "--gone", names, p.Run)
	if restores(p) && len(view.Down(p, s))+len(view.Restored(p, s)) > 0 {
		how = a.undoOf(p, p.Run) + " --input gone=" + names + " (only where that cannot be done: " + how + ")"
	}
	return "if " + names + " is gone for good, take it out of the site file, then: " + how
}

// withoutThem adds to the failure of an open run's nodes that do not answer how to go on without them.
func (a *app) withoutThem(p *engine.Plan, s *engine.State, err error) error {
	var out []error
	var names []string
	leaves := view.Leaves(causes(err))
	for _, e := range leaves {
		if n := silentNode(e); n != "" && slices.Contains(p.Nodes, n) {
			names = append(names, n)
		}
	}
	for _, e := range leaves {
		if slices.Contains(names, silentNode(e)) {
			e = engine.WithNext(e, strings.TrimPrefix(engine.NextOf(e)+"; "+a.without(p, s, names), "; "))
		}
		out = append(out, e)
	}
	return refuse(out)
}

// unreached tells of an undo whose nodes do not answer how it goes on without them.
func (a *app) unreached(p *engine.Plan, err error) error {
	run, ok := undone(p)
	if !ok {
		return err
	}
	rec, unread := journal.Read(journal.Dir(a.stateDir(), run))
	if unread != nil {
		return err
	}
	return a.withoutThem(rec.Plan, engine.Fold(rec.Events), err)
}

// silentNode is the node of an error that says that it does not answer, else "".
func silentNode(err error) string {
	var n *engine.NodeError
	if errors.As(err, &n) && engine.ClassOf(err) == engine.ClassConnect {
		return n.Node
	}
	return ""
}
