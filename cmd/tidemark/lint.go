package main

import (
	"context"

	"github.com/spf13/cobra"

	"tidemark/engine"
	"tidemark/schema"
)

func newLint(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "lint FILE|DIR…", Args: between(1, -1), Annotations: formats(sarif),
		Short: "Says what makes valid runbooks worse to read or to operate; exit 1 on findings.",
		Long: "Says what is allowed in a runbook and yet makes it worse to read or to operate; exit 1 on findings.\n" +
			"A finding is accepted by a comment on the line before it: # tidemark:ignore TM1003 REASON",
		RunE: func(c *cobra.Command, args []string) error { return a.lint(c.Context(), args) },
	}
}

// lint looks at the runbooks among the texts. A text with mistakes is refused like by validate.
func (a *app) lint(ctx context.Context, args []string) error {
	c, err := a.newChecks(ctx, args)
	if err != nil {
		return err
	}
	if wrong := c.run(); wrong.HasErrors() {
		return a.verdict(wrong, c.sources())
	}
	return a.findings(c.each(c.lint), c)
}

// findings ends with exit 1 where there are some.
func (a *app) findings(found schema.Diagnostics, c *checks) error {
	if a.output != "text" {
		if err := a.writeDiagnostics(found); err != nil {
			return err
		}
	} else {
		a.mistaken(found, c.sources()...)
	}
	if len(found) == 0 {
		return nil
	}
	if a.output == "text" {
		a.say("%s\n  next: tidemark explain %s", engine.Count(len(found), "finding"), found[0].Code)
	}
	return errReported
}
