package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/reference"
	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

func newSteps(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "steps [KIND]", Short: "Lists the kinds of steps, or explains one.", Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.steps(c.Context(), args) },
	}
}

func (a *app) steps(ctx context.Context, args []string) error {
	declared, own, err := a.declaredKinds(ctx, args)
	if err != nil {
		return err
	}
	all := reference.Kinds(declared, own.kinds)
	if len(args) == 1 {
		if slices.ContainsFunc(own.broken, func(k schema.Kind) bool { return k.Name == args[0] }) {
			return usagef(a.with("tidemark validate "+view.Command([]string{own.dirs[args[0]]})), "the kind %q is there, and no step can use it", args[0])
		}
		return a.step(all, args[0])
	}
	if a.json() {
		return view.JSON(a.stdout, all)
	}
	var rows [][]string
	for _, k := range all {
		rows = append(rows, []string{k.Name, k.Redo, k.Summary()})
	}
	view.Table(a.stdout, []string{"KIND", "WHEN UNKNOWN", "WHAT IT DOES"}, rows)
	return nil
}

// declaredKinds are the kinds that a step of this site may have, by name: of the build, of the site's programs, and those
// made of steps. What is wrong with one is said; with names, only of those.
func (a *app) declaredKinds(ctx context.Context, names []string) ([]schema.Kind, *ownKinds, error) {
	own, err := a.everyKind(ctx)
	if err != nil {
		return nil, nil, err
	}
	a.tellBroken(own, names)
	siteFile, err := a.siteFile()
	if err != nil {
		return nil, nil, err
	}
	texts, err := siteTexts(a.siteDirs(siteFile))
	if err != nil {
		return nil, nil, err
	}
	made, diags := schema.Composites(texts.Kinds, own.kinds.Schema(), nil, names...)
	a.mistaken(diags, texts.Kinds...)
	all := append(own.kinds.Schema(), made...)
	slices.SortFunc(all, func(x, y schema.Kind) int { return strings.Compare(x.Name, y.Name) })
	return all, own, nil
}

func (a *app) step(all []reference.Kind, name string) error {
	i := slices.IndexFunc(all, func(k reference.Kind) bool { return k.Name == name })
	if i < 0 {
		var names []string
		for _, k := range all {
			names = append(names, k.Name)
		}
		return usagef("tidemark steps", "there is no kind of step %q%s", name, meant(name, names))
	}
	if a.json() {
		return view.JSON(a.stdout, all[i])
	}
	a.stepPage(all[i])
	return nil
}

func (a *app) stepPage(k reference.Kind) {
	fmt.Fprintf(a.stdout, "%s\n\n%s\n\nruns on the %s; when its outcome is unknown: %s\nits plan asks: %s\nshort form: %s\n",
		k.Name, k.Doc, k.Place, k.WhenUnknown(), k.Asks(), k.ShortForm())
	if len(k.Args) > 0 {
		fmt.Fprintln(a.stdout)
		view.ArgsTable(a.stdout, k.Args)
	}
	if len(k.Outputs) > 0 {
		fmt.Fprintln(a.stdout, "\nlater steps read it as steps.ID.out")
		view.OutputsTable(a.stdout, k.Outputs)
	}
	fmt.Fprintf(a.stdout, "\nexample:\n  - %s\n", strings.ReplaceAll(k.Example, "\n", "\n    "))
}
