package main

import (
	"context"
	"errors"
	"regexp"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newRun(a *app) *cobra.Command {
	var expect string
	c := &cobra.Command{
		Use: "run RUNBOOK", Short: "Plans, asks for consent, and runs a runbook.", Args: between(1, 1),
		Long: "Plans, asks for consent, and runs a runbook. RUNBOOK is a name, as `tidemark list` shows it, or a file: what has a slash\n" +
			"in it or is there. Nothing is asked where nothing changes, yes where something does, the site's name where data is\n" +
			"overwritten; without a terminal --yes or --yes=SITE says so. Exit 0: done; 1: failed, no node is done; 3: some are;\n" +
			"4: an outcome is unknown; 5: refused before the first change; 6: another run holds a node.",
		RunE: func(c *cobra.Command, args []string) error { return a.runVerb(c.Context(), args[0], expect) },
	}
	c.Flags().StringVar(&expect, "expect", "", "refuse unless the plan has this `DIGEST`, as an approved plan showed it")
	return c
}

func (a *app) runVerb(ctx context.Context, arg, expect string) error {
	if expect != "" && !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(expect) {
		return usagef("", "--expect %s: the digest of a plan is due, 16 characters of 0-9 and a-f; `tidemark plan` ends with it", expect)
	}
	d, err := a.define(ctx, arg)
	if err != nil {
		return err
	}
	if err := journal.Room(a.stateDir()); err != nil { // told before the dry run, and before the question
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
	if ctx.Err() != nil {
		return nil, unanswered{context.Canceled}
	}
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
		return nil, &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "the plan has the digest %s, approved was %s: the site file, the runbook or a text that it takes, the inputs, the nodes or this program changed", got, expect), "compare this plan with the approved one: "+a.again("plan", p))}
	}
	if err := refuse(missing(p, r.state, d.site)); err != nil {
		return nil, err
	}
	if err := a.confirm(p, d.kinds, "look at the plan ("+a.again("plan", p)+"), then "); err != nil {
		return nil, err
	}
	if err := errors.Join(ctx.Err(), a.takeOver(r)); err != nil { // the answer may have taken long
		return nil, err
	}
	return r, r.create(journal.Dir(a.stateDir(), p.Run))
}
