package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

func newSteps(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "steps [KIND]", Short: "Lists the kinds of steps, or explains one.", Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.steps(c.Context(), args) },
	}
}

// explained is a kind for readers.
type explained struct {
	Kind    string     `json:"kind"`
	Doc     string     `json:"doc"`
	Redo    string     `json:"redo"`
	Place   string     `json:"place"`
	Args    []view.Arg `json:"args"`
	Example string     `json:"example"`
}

func explain(k *engine.Kind) explained {
	place := "node"
	if k.At == engine.OnController {
		place = "controller"
	}
	return explained{k.Name, k.Doc, string(k.Redo), place, view.Args(k.Arguments()), k.Example}
}

func (a *app) steps(ctx context.Context, args []string) error {
	own, err := a.everyKind(ctx)
	if err != nil {
		return err
	}
	kinds := own.kinds
	a.tellBroken(own, args)
	if len(args) == 1 {
		return a.step(kinds, args[0])
	}
	var all []explained
	var rows [][]string
	for _, name := range kinds.Names() {
		e := explain(kinds.Get(name))
		all = append(all, e)
		rows = append(rows, []string{e.Kind, e.Redo, summary(e.Doc)})
	}
	if a.json() {
		return view.JSON(a.stdout, all)
	}
	view.Table(a.stdout, []string{"KIND", "WHEN UNKNOWN", "WHAT IT DOES"}, rows)
	return nil
}

// summary is the first sentence of a doc.
func summary(doc string) string {
	first, _, _ := strings.Cut(doc, ". ")
	return strings.TrimSuffix(first, ".")
}

func (a *app) step(kinds *engine.Kinds, name string) error {
	k := kinds.Get(name)
	if k == nil {
		return usagef("tidemark steps", "there is no kind of step %q%s", name, meant(name, kinds.Names()))
	}
	e := explain(k)
	if a.json() {
		return view.JSON(a.stdout, e)
	}
	fmt.Fprintf(a.stdout, "%s\n\n%s\n\nruns on the %s; when its outcome is unknown: %s\n", e.Kind, e.Doc, e.Place, redoWords(k.Redo))
	if len(e.Args) > 0 {
		fmt.Fprintln(a.stdout)
		view.ArgsTable(a.stdout, e.Args)
	}
	fmt.Fprintf(a.stdout, "\nexample:\n  - %s\n", strings.ReplaceAll(strings.TrimSpace(e.Example), "\n", "\n    "))
	return nil
}

func redoWords(r engine.Redo) string {
	switch r {
	case engine.Pure:
		return "asked again (it changes nothing)"
	case engine.Idempotent:
		return "done again (twice is as good as once)"
	case engine.Checked:
		return "the node is looked at: done, or not done and begun anew"
	}
	return "the node stops and a person is asked"
}
