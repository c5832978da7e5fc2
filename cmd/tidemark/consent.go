package main

import (
	"context"
	"fmt"
	"slices"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

// plainYes is --yes without a site; no site can be called so.
const plainYes = "-"

// consent is the value of --yes[=SITE].
type consent string

// String is the flag's value.
func (c *consent) String() string { return string(*c) }

// Set takes the flag's value.
func (c *consent) Set(s string) error {
	if s == "" {
		return fmt.Errorf("write --yes or --yes=SITE")
	}
	*c = consent(s)
	return nil
}

// Type is shown in the help.
func (c *consent) Type() string { return "SITE" }

// confirm asks as much as the plan may hurt: nothing for reading, "yes" for a change, the site's name where data
// is overwritten. Without a terminal nothing is asked: the flag answers or the run is refused.
// look is what to look at before the flag is said.
func (a *app) confirm(p *engine.Plan, kinds *engine.Kinds, look string) error {
	if harmless(p, kinds) {
		return nil
	}
	word := "yes"
	if p.Risk() == engine.Overwrites {
		word = p.Site
	}
	if given := string(a.yes); given != "" {
		return checkYes(given, word, p.Site)
	}
	if !view.Terminal(a.stdin) || !view.Terminal(a.stderr) {
		flag, does, nodes := "--yes", "changes", controllerOut(engine.NodesOf(p))
		if word != "yes" {
			flag, does, nodes = "--yes="+p.Site, "overwrites data on", overwritten(p)
		}
		return usagef(look+"say "+flag, "%s %s %s and there is no terminal to ask for consent",
			p.Runbook, does, view.NodeList(nodes))
	}
	return a.ask(p, word)
}

func checkYes(given, word, site string) error {
	switch {
	case given != plainYes && given != site:
		return usagef("", "--yes=%s, but this is site %s", given, site)
	case word != "yes" && given == plainYes:
		return usagef("", "this overwrites data on site %s: a plain --yes is not enough, say --yes=%s", site, site)
	}
	return nil
}

func (a *app) ask(p *engine.Plan, word string) error {
	ctx, stop := interruptible(context.Background()) // before the question is seen: Ctrl-C may come at once
	defer stop()
	nodes := view.NodeList(controllerOut(engine.NodesOf(p)))
	switch {
	case word != "yes":
		fmt.Fprintf(a.stderr, "\n%s\n%s overwrites data on %s. Type the site's name to go on: ", p.Title, p.Runbook, view.NodeList(overwritten(p)))
	case p.Runbook != "":
		fmt.Fprintf(a.stderr, "\n%s changes %s. Type yes to go on: ", p.Runbook, nodes)
	default:
		fmt.Fprintf(a.stderr, "\n%s? Type yes to go on: ", p.Title)
	}
	got, err := a.line(ctx)
	if err != nil {
		fmt.Fprintln(a.stderr)
		return &refused{engine.Fail(engine.ClassCancelled, unanswered{err})}
	}
	if got != word {
		return &refused{engine.Failf(engine.ClassPrecondition, "not confirmed (%q is not %q); nothing was done", got, word)}
	}
	return nil
}

// overwritten are the nodes on which the plan may overwrite or destroy data, in its order.
func overwritten(p *engine.Plan) []string {
	var out []string
	p.Tasks(func(t *engine.Task) {
		if t.Change.Risk == engine.Overwrites && !slices.Contains(out, t.Node) {
			out = append(out, t.Node)
		}
	})
	return out
}

// unanswered is a question that Ctrl-C ended.
type unanswered struct{ err error }

func (unanswered) Error() string { return "interrupted before the answer; nothing was done" }

func (u unanswered) Unwrap() error { return u.err }

// harmless tells whether no task of the plan can change anything: nothing to do, or only pure kinds.
func harmless(p *engine.Plan, kinds *engine.Kinds) bool {
	ok := p.Risk() == engine.Harmless
	p.Tasks(func(t *engine.Task) {
		if t.Skip != "" || t.Change.Sign == engine.Same || t.Change.Later == engine.InRun {
			return
		}
		k := kinds.Get(t.Kind)
		ok = ok && k != nil && k.Redo == engine.Pure
	})
	return ok
}

// consent asks for a plain yes to something that is no run of a plan.
func (a *app) consent(what string) error {
	switch given := string(a.yes); {
	case given != "":
		return nil
	case !view.Terminal(a.stdin) || !view.Terminal(a.stderr):
		return usagef("say --yes", "%s: there is no terminal to ask for consent", what)
	}
	return a.ask(&engine.Plan{Title: what}, "yes")
}
