package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newRun(a *app) *cobra.Command {
	var expect string
	c := &cobra.Command{
		Use: "run RUNBOOK", Short: "Plans, asks for consent, and runs a runbook.", Args: between(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.runVerb(c.Context(), args[0], expect) },
	}
	c.Flags().StringVar(&expect, "expect", "", "refuse unless the plan has this `DIGEST`, as an approved plan showed it")
	return c
}

func (a *app) runVerb(ctx context.Context, arg, expect string) error {
	d, err := a.define(ctx, arg)
	if err != nil {
		return err
	}
	s, err := a.open(d.site, d.siteSrc.Name)
	if err != nil {
		return err
	}
	defer s.close()
	r, err := a.approved(ctx, s, d, expect)
	if err != nil {
		return err
	}
	defer r.journal.Close()
	return a.drive(ctx, r)
}

// approved is everything before the run's directory exists; Ctrl-C simply ends it.
func (a *app) approved(ctx context.Context, s *session, d *definition, expect string) (*driven, error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	p, b, nodes, err := a.preview(ctx, s, d)
	if err != nil {
		return nil, err
	}
	r := &driven{session: s, plan: p, basis: b, nodes: nodes, state: engine.NewState()}
	if err := a.takeOver(r); err != nil {
		return nil, err
	}
	if !a.json() {
		view.Plan(a.stderr, p, view.StyleOf(a.stderr), true)
	}
	if got := p.Digest(); expect != "" && got != expect {
		return nil, &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "the plan has the digest %s, approved was %s: the nodes, the runbook or the inputs changed", got, expect), "compare this plan with the approved one")}
	}
	if err := a.confirm(p, d.kinds); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r, r.create(journal.Dir(a.stateDir(), p.Run))
}

// takeOver finds the open run that this one may replace, and refuses when another one holds its nodes: the nodes
// would refuse, too, but only this state directory knows how to go on with it.
func (a *app) takeOver(r *driven) error {
	r.takeOverOf(r.plan)
	all, err := journal.ListOpen(a.stateDir())
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.Err != nil || e.State.Epoch == 0 || e.Run == r.replaces || !shareNodes(e.Record.Plan, r.plan) {
			continue
		}
		driver, err := journal.DrivenBy(e.Dir)
		if err != nil {
			return err
		}
		if driver == nil && r.replaces == "" && supersedes(r.plan, e.Record.Plan) {
			r.replaces = e.Run
			continue
		}
		return a.refuseFor(&e, driver)
	}
	return nil
}

// supersedes: a killed run of a runbook that closes on failure may be resumed until the next start of that runbook.
func supersedes(now, before *engine.Plan) bool {
	return before.OnFailure == engine.CloseFailed && before.Runbook == now.Runbook
}

func shareNodes(a, b *engine.Plan) bool {
	return slices.ContainsFunc(a.Nodes, func(n string) bool { return slices.Contains(b.Nodes, n) })
}

// held is the refusal of nodes that an open run of this state directory holds.
type held struct{ run, runbook, nodes string }

func (h *held) Error() string {
	return "run " + h.run + " (" + h.runbook + ") is open and holds " + h.nodes
}

func (a *app) refuseFor(e *journal.Entry, driver *journal.Driver) error {
	next := a.command("resume", e.Run) + ", or: " + a.command("abandon", e.Run)
	if driver != nil {
		next = "wait for it: " + a.command("attach", e.Run)
	}
	p := e.Record.Plan
	return engine.WithNext(&held{p.Run, p.Runbook, view.NodeList(p.Nodes)}, next)
}

// takeOverOf: an undo runbook names the run that it undoes, takes its locks and closes it as undone.
func (r *driven) takeOverOf(p *engine.Plan) {
	if run, ok := undone(p); ok {
		r.replaces, r.closing = run, "undone"
	}
}

// undone is the run that an undo runbook takes back.
func undone(p *engine.Plan) (string, bool) {
	run, ok := p.Inputs["run"].(string)
	return run, ok && strings.HasPrefix(p.Runbook, "undo-")
}
