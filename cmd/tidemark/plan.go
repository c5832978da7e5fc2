package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/schema"
)

func newPlan(a *app) *cobra.Command {
	var detailed bool
	c := &cobra.Command{
		Use: "plan RUNBOOK", Short: "Shows what a run would do; changes nothing.", Args: between(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.planVerb(c.Context(), args[0], detailed) },
	}
	c.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 2 when the run would change something")
	return c
}

func (a *app) planVerb(ctx context.Context, arg string, detailed bool) error {
	d, err := a.define(ctx, arg)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	s, err := a.open(d.site, d.siteSrc.Name)
	if err != nil {
		return err
	}
	defer s.close()
	p, _, _, err := a.preview(ctx, s, d)
	if p == nil || ctx.Err() != nil {
		return err
	}
	if err := errors.Join(err, a.showPlan(p)); err != nil {
		return err
	}
	if detailed && p.Pending() > 0 {
		return errPending
	}
	return nil
}

// showPlan answers with a plan; one that is not whole has nothing by which it could be run.
func (a *app) showPlan(p *engine.Plan) error {
	if a.json() {
		answer := planAnswer{p, "", p.Pending(), p.Risk()}
		if p.Whole() {
			answer.Digest = p.Digest()
		}
		return view.JSON(a.stdout, answer)
	}
	view.Plan(a.stdout, p, view.StyleOf(a.stdout), false)
	if p.Whole() {
		fmt.Fprintf(a.stdout, "To run exactly this: %s --expect %s\n", a.again("run", p), p.Digest())
	}
	return nil
}

// planAnswer is a plan as JSON.
type planAnswer struct {
	*engine.Plan
	Digest  string      `json:"digest"` // "" where the plan is not whole
	Pending int         `json:"pending"`
	Risk    engine.Risk `json:"risk"`
}

// preview makes the plan and has the nodes fill it in behind the fence; whatever fails here is a refusal. A plan that comes
// with an error is not whole and only to be shown.
func (a *app) preview(ctx context.Context, s *session, d *definition) (*engine.Plan, engine.Basis, map[string]engine.Node, error) {
	b := engine.Basis{Runbook: d.runbook, Site: d.site, Kinds: d.kinds, Inputs: d.inputs, Run: newRunID(time.Now(), a.taken)}
	limit, err := a.limits(d.site)
	if err != nil {
		return nil, b, nil, err
	}
	b.Limit = limit
	if err := a.resolveLatest(ctx, s, b); err != nil {
		return nil, b, nil, err
	}
	p, err := a.layOut(d, b)
	if err != nil {
		return nil, b, nil, err
	}
	p.Local = s.local
	nodes, err := s.connected(ctx, p.Run, reachOf(p))
	if err != nil {
		return nil, b, nil, a.unreached(p, err)
	}
	if err := a.mustBeGone(ctx, s, p); err != nil {
		return nil, b, nil, err
	}
	p.Held = s.holders
	undoes, _ := undone(p)
	if err := s.abandonedSwaps(undoes); err != nil {
		return nil, b, nil, err
	}
	p.Missing = sentences(missing(p, engine.NewState(), d.site))
	if err := engine.Preview(ctx, p, nodes); err != nil {
		return p, b, nil, a.heldFirst(ctx, s, p, err)
	}
	if err := a.mustUndo(p); err != nil {
		return nil, b, nil, err
	}
	return p, b, nodes, nil
}

func (a *app) layOut(d *definition, b engine.Basis) (*engine.Plan, error) {
	p, err := engine.NewPlan(b)
	if err != nil {
		return nil, unplanned(err, b.Runbook)
	}
	if a.local && !slices.Equal(controllerOut(reachOf(p)), p.Nodes[:min(1, len(p.Nodes))]) {
		return nil, usagef("", "--local: the run is on %s; one machine is one node, say --limit NODE", view.NodeList(p.Nodes))
	}
	p.Programs = programsOf(p, d.programs)
	p.SiteFile = engine.File{Name: absolute(d.siteSrc.Name), Text: string(d.siteSrc.Data)}
	p.Asked = a.askedWith(p)
	p.Holder = holder()
	p.Created = p.Holder.Since
	p.Build, err = a.build()
	return p, err
}

// askedWith are the words that ask for the plan's runbook as this invocation does. They are kept in the plan: who resumes the run
// was not told its inputs.
func (a *app) askedWith(p *engine.Plan) []string {
	words := []string{called(p)}
	if a.runbooks != "" {
		words = append(words, "--runbooks", a.runbooks)
	}
	for _, kv := range a.inputs {
		words = append(words, "--input", kv)
	}
	if len(a.limit) > 0 {
		words = append(words, "--limit", strings.Join(a.limit, ","))
	}
	return words
}

// called is what names the runbook of a plan: its file, or the name of a shipped one.
func called(p *engine.Plan) string {
	if slices.Contains(shippedNames(), p.Runbook) && p.Texts.Runbook.Name == p.Runbook+yamlExt {
		return p.Runbook
	}
	return p.Texts.Runbook.Name
}

// unplanned shows what laying out found in expressions like any other mistake, with its line; and for which task.
func unplanned(err error, book *schema.Runbook) error {
	var found schema.Diagnostics
	if !errors.As(err, &found) {
		return &usage{err}
	}
	if task, _ := strings.CutSuffix(err.Error(), ": "+found.Error()); task != err.Error() {
		for i := range found {
			found[i].Help += "\nit was met by " + task
		}
	}
	return &invalid{found, book.Sources.All()}
}

// reachOf are all nodes that a run needs: those with tasks, those it only locks, the controller where it decides or
// gives or takes files.
func reachOf(p *engine.Plan) []string {
	out := slices.Clone(p.Nodes)
	more := engine.NodesOf(p)
	p.Tasks(func(t *engine.Task) { more = append(more, t.From) })
	for _, n := range more {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// absolute makes a file's name good for other working directories; the site's ssh configuration is found from it.
func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}
