package main

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

func newExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "explain CODE | RUNBOOK STAGE/STEP[/INNER][.FIELD]", Args: between(1, 2),
		Short: "Explains a mistake by its code, or a value of a runbook: its meaning, and every text it passed.",
		RunE:  func(c *cobra.Command, args []string) error { return a.explainArg(c.Context(), args) },
	}
}

// explainArg tells a code from anything else by its form.
func (a *app) explainArg(ctx context.Context, args []string) error {
	if len(args) == 2 {
		return a.explainValue(ctx, args[0], args[1])
	}
	if regexp.MustCompile(`^(?i)tm\d+$`).MatchString(args[0]) {
		return a.explainCode(args[0])
	}
	if r, err := a.readable(ctx, args[0]); err == nil {
		return usagef(a.command("explain", view.Command([]string{args[0], anAddress(r)})), "say which value of %s: STAGE, STAGE/STEP or STAGE/STEP.FIELD", args[0])
	}
	return usagef("tidemark explain TM0104", "%q is no code of a mistake: TM and four digits, as in TM0104; a value is named by its runbook and STAGE/STEP.FIELD", args[0])
}

// anAddress is the first step of a runbook, or its first stage.
func anAddress(r *schema.Runbook) string {
	all := r.Addresses()
	if i := slices.IndexFunc(all, func(at schema.Address) bool { return strings.Contains(at.Path, "/") }); i >= 0 {
		return all[i].Path
	}
	return all[0].Path
}

// codePage is the page of a code for programs.
type codePage struct {
	schema.Code
	Text string `json:"text"` // Markdown
}

func (a *app) explainCode(arg string) error {
	codes := schema.Codes()
	i := slices.IndexFunc(codes, func(c schema.Code) bool { return c.ID == strings.ToUpper(arg) })
	if i < 0 {
		return usagef("", "there is no code %s%s", arg, meant(strings.ToUpper(arg), codeIDs(codes)))
	}
	text := schema.Page(codes[i].ID)
	if a.json() {
		return view.JSON(a.stdout, codePage{codes[i], text})
	}
	view.Page(a.stdout, text, view.StyleOf(a.stdout))
	return nil
}

func codeIDs(codes []schema.Code) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = c.ID
	}
	return out
}
