package main

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/reference"
	"tidemark/engine/journal"
	"tidemark/schema"
)

// choice is a proposal with what it means, on one line.
func choice(word, meaning string) string {
	return word + "\t" + strings.Join(strings.Fields(meaning), " ")
}

// completeRunbook proposes the shipped runbooks and the site's own.
func (a *app) completeRunbook(*cobra.Command, []string, string) []string {
	var out []string
	shelves, err := a.shelves()
	if err != nil {
		return nil
	}
	for _, s := range shelves {
		if src, err := s.source(); err == nil {
			out = append(out, choice(s.name, titleOf(src)))
		}
	}
	return out
}

// titleOf is a runbook's title, read without the rest.
func titleOf(src schema.Source) string {
	if m := regexp.MustCompile(`(?m)^title:\s*(.*)$`).FindSubmatch(src.Data); m != nil {
		return strings.Trim(string(m[1]), `"'`)
	}
	return ""
}

// completeExplain proposes codes and runbooks, and behind a runbook what can be explained of it.
func (a *app) completeExplain(c *cobra.Command, args []string, word string) []string {
	switch len(args) {
	case 0:
		var out []string
		for _, code := range schema.Codes() {
			out = append(out, choice(code.ID, code.Title))
		}
		return append(out, a.completeRunbook(c, args, word)...)
	case 1:
		return a.parts(c.Context(), args[0])
	}
	return nil
}

// parts are the stages and steps of a runbook and its inputs, as overlays and explain name them.
func (a *app) parts(ctx context.Context, arg string) []string {
	book, err := a.readable(ctx, arg)
	if err != nil {
		return nil
	}
	var out []string
	for _, at := range book.Addresses() {
		out = append(out, choice(at.Path, at.What))
	}
	for _, in := range book.Inputs {
		out = append(out, choice("inputs."+in.Name, inputMeaning(in)))
	}
	return out
}

// completeInput proposes the inputs of the runbook on the line, and behind the sign the values they are chosen from.
func (a *app) completeInput(c *cobra.Command, args []string, word string) []string {
	if len(args) == 0 {
		return nil
	}
	book, err := a.readable(c.Context(), args[0])
	if err != nil {
		return nil
	}
	name, _, chosen := strings.Cut(word, "=")
	var out []string
	for _, in := range book.Inputs {
		switch {
		case !chosen && !given(a.inputs, in.Name):
			out = append(out, choice(in.Name+"=", inputMeaning(in)))
		case chosen && in.Name == name:
			out = append(out, inputValues(in)...)
		}
	}
	return out
}

func given(inputs []string, name string) bool {
	return slices.ContainsFunc(inputs, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
}

func inputMeaning(in schema.Input) string {
	meaning := in.Type
	if !in.HasDefault {
		meaning += ", required"
	}
	if in.Help != "" {
		meaning += ": " + in.Help
	}
	return meaning
}

func inputValues(in schema.Input) []string {
	words := in.Enum
	if in.Type == "bool" {
		words = []string{"true", "false"}
	}
	var out []string
	for _, w := range words {
		out = append(out, in.Name+"="+w)
	}
	return out
}

// completeLimit proposes nodes and groups, also behind a comma.
func (a *app) completeLimit(c *cobra.Command, args []string, word string) []string {
	before := word[:strings.LastIndex(word, ",")+1]
	taken := strings.Split(before, ",")
	var out []string
	for _, name := range slices.Concat(a.completeNode(c, args, word), a.groups()) {
		if text, _, _ := strings.Cut(name, "\t"); !slices.Contains(taken, text) {
			out = append(out, before+name)
		}
	}
	return out
}

func (a *app) completeNode(*cobra.Command, []string, string) []string {
	site, _, err := a.siteIfAny()
	if err != nil || site == nil {
		return nil
	}
	var out []string
	for _, n := range site.Nodes {
		out = append(out, choice(n.Name, "node of "+strings.Join(n.Groups, ", ")))
	}
	return out
}

func (a *app) groups() []string {
	site, _, err := a.siteIfAny()
	if err != nil || site == nil {
		return nil
	}
	var out []string
	for _, g := range site.Groups() {
		out = append(out, choice(g, "group"))
	}
	return out
}

// completeKind proposes the kinds of steps, the site's own among them.
func (a *app) completeKind(c *cobra.Command, _ []string, _ string) []string {
	declared, own, err := a.declaredKinds(c.Context(), nil)
	if err != nil {
		return nil
	}
	var out []string
	for _, k := range reference.Kinds(declared, own.kinds) {
		out = append(out, choice(k.Name, k.Summary()))
	}
	return out
}

// completeRun proposes the runs of this controller, the newest first.
func (a *app) completeRun(*cobra.Command, []string, string) []string {
	return a.runsThat(func(*journal.Entry) bool { return true })
}

// completeOpenRun proposes those that can be ended or taken up.
func (a *app) completeOpenRun(*cobra.Command, []string, string) []string {
	return a.runsThat(func(e *journal.Entry) bool { return e.Err == nil && e.State.Closed == "" })
}

func (a *app) runsThat(fit func(*journal.Entry) bool) []string {
	all, err := journal.List(a.stateDir())
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range slices.Backward(all) {
		if line := lineOf(&e); fit(&e) {
			out = append(out, choice(e.Run, line.Runbook+" "+line.State))
		}
	}
	return out
}

func completeOutput(c *cobra.Command, _ []string, _ string) []string {
	return append([]string{"text", "json"}, strings.Fields(c.Annotations["formats"])...)
}
