package main

import (
	"context"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
)

func newShow(a *app) *cobra.Command {
	effective := false
	c := &cobra.Command{
		Use: "show RUNBOOK", Short: "Prints a runbook's YAML.", Args: between(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.show(c.Context(), args[0], effective) },
	}
	c.Flags().BoolVar(&effective, "effective", false, "as the site's overlays leave it, with comments that say where each change is from")
	return c
}

// shown is a runbook's text for programs.
type shown struct {
	File   string   `json:"file"`
	Text   string   `json:"text"`
	Layers []string `json:"layers,omitempty"` // overlays and lists of stages that take part
}

func (a *app) show(ctx context.Context, arg string, effective bool) error {
	src, err := a.runbookSource(arg)
	if err != nil {
		return err
	}
	out := shown{File: src.Name, Text: string(src.Data)}
	if effective {
		r, err := a.readable(ctx, arg)
		if err != nil {
			return err
		}
		if out.Text, err = r.Effective(); err != nil {
			return err
		}
		out.Layers = r.Layers()
	}
	if a.json() {
		return view.JSON(a.stdout, out)
	}
	_, err = a.stdout.Write([]byte(out.Text))
	return err
}
