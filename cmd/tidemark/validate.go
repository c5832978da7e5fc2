package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

func newValidate(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "validate FILE|DIR…", Args: between(1, -1), Annotations: formats(sarif),
		Short: "Checks runbooks, site files and what belongs to them; runbooks against the site, where there is one.",
		Long: "Checks runbooks, site files and what belongs to them, and reports all mistakes at once. Nothing but files is\n" +
			"asked. Without a site file groups, nodes and vars are unknown and accepted; all else is checked.",
		RunE: func(c *cobra.Command, args []string) error { return a.validate(c.Context(), args) },
	}
}

// validate reads all texts and reports all their mistakes.
func (a *app) validate(ctx context.Context, args []string) error {
	c, err := a.newChecks(ctx, args)
	if err != nil {
		return err
	}
	diags := c.run()
	if err := a.verdict(diags, c.sources()); err != nil {
		return err
	}
	if a.output == "text" {
		a.say("%s valid", c.count())
	}
	return nil
}

// verdict gives the diagnostics in the format that is asked for; errors among them end with exit 64.
func (a *app) verdict(all schema.Diagnostics, sources []schema.Source) error {
	if a.output == "text" {
		return a.judge(all, sources...)
	}
	if err := a.writeDiagnostics(all); err != nil {
		return err
	}
	if all.Err() != nil {
		return &usage{errReported}
	}
	return nil
}

func (a *app) writeDiagnostics(all schema.Diagnostics) error {
	if a.output == sarif {
		dir, err := os.Getwd()
		if err != nil {
			return err
		}
		return view.SARIF(a.stdout, all, dir, a.buildOrNone())
	}
	return view.Diagnostics(a.stdout, all)
}

// siteIfAny reads the site file that was named or is there by default; nil when there is none.
func (a *app) siteIfAny() (*schema.Site, string, error) {
	src, err := a.siteSource()
	if n := (*noSite)(nil); errors.As(err, &n) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	site, diags := schema.LoadSite(src)
	return site, src.Name, a.judge(diags, src)
}
