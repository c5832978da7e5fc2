package main

import (
	"context"
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"tidemark/engine"
	"tidemark/engine/journal"
	"tidemark/schema"
)

func newCancel(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "cancel [RUN]", Short: "Stops a run and its living tasks; the run stays open.", Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.cancel(c.Context(), args) },
	}
}

// cancel tells the driving process to start nothing new, and the nodes to stop what runs.
func (a *app) cancel(ctx context.Context, args []string) error {
	dir, rec, err := a.readRun(args)
	if err != nil {
		return err
	}
	state := engine.Fold(rec.Events)
	if err := mustBeOpen(rec.Plan.Run, state); err != nil {
		return err
	}
	driver, err := journal.DrivenBy(dir)
	if err != nil {
		return err
	}
	if driver != nil && driver.PID > 0 {
		if err := syscall.Kill(driver.PID, syscall.SIGTERM); err != nil {
			return engine.Failf(engine.ClassIO, "process %d, which drives the run: %w", driver.PID, err)
		}
		a.say("process %d starts nothing new", driver.PID)
	}
	return a.cancelTasks(ctx, rec.Plan, state, driver != nil)
}

func (a *app) cancelTasks(ctx context.Context, p *engine.Plan, state *engine.State, driven bool) error {
	s, err := a.openFor(p)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, stop := interruptible(ctx)
	defer stop()
	var cancelled atomic.Int64
	err = forAll(engine.NodesOf(p), func(name string) error {
		n, err := a.cancelOn(ctx, s.node(name), p.Run, openOn(p, state, name))
		cancelled.Add(int64(n))
		return err
	})
	if err == nil && cancelled.Load() == 0 {
		a.say("no task of run %s was running", p.Run)
	}
	if !driven {
		a.say("next: %s, or: %s", a.command("resume", p.Run), a.command("abandon", p.Run))
	}
	return err
}

// openOn are the attempts on a node that began and have no end in the journal.
func openOn(p *engine.Plan, s *engine.State, node string) []engine.TaskRef {
	var out []engine.TaskRef
	p.Tasks(func(t *engine.Task) {
		if r := s.Tasks[t.ID]; t.Place() == node && r != nil && r.Open {
			out = append(out, engine.TaskRef{Run: p.Run, Epoch: s.Epoch, Task: t.ID, Attempt: r.Attempt})
		}
	})
	return out
}

// cancelOn stops what lives on a node: by its own word, and by the journal's.
func (a *app) cancelOn(ctx context.Context, node engine.Node, run string, open []engine.TaskRef) (cancelled int, err error) {
	state, err := node.State(ctx, run)
	if err != nil {
		return 0, err
	}
	for _, ref := range state.Alive {
		known := slices.ContainsFunc(open, func(o engine.TaskRef) bool { return o.Task == ref.Task })
		if ref.Run == run && !known {
			open = append(open, ref)
		}
	}
	for i, ref := range open {
		if err := node.Cancel(ctx, ref); err != nil {
			return i, err
		}
		a.say("cancelled %s", ref.Task)
	}
	return len(open), nil
}

// openFor opens connections to the nodes of a stored plan, by the site as it stands there.
func (a *app) openFor(p *engine.Plan) (*session, error) {
	site, diags := schema.LoadSite(p.SiteFile.Source())
	if diags.Err() != nil {
		return nil, &invalid{diags, nil}
	}
	return a.open(site, p.SiteFile.Name)
}
