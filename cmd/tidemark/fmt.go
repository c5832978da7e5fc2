package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/schema"
)

func newFmt(a *app) *cobra.Command {
	check := false
	c := &cobra.Command{
		Use: "fmt FILE|DIR…", Args: between(1, -1),
		Short: "Formats runbooks, site files and what belongs to them; - formats standard input.",
		Long: "Formats runbooks, site files and what belongs to them: one layout, every comment kept, no meaning changed.\n" +
			"Of directories all *.yaml and *.yml below are formatted that are texts of tidemark. With - the text comes\n" +
			"from standard input and goes to standard output.",
		RunE: func(_ *cobra.Command, args []string) error { return a.fmt(args, check) },
	}
	c.Flags().BoolVar(&check, "check", false, "write nothing; list the files that are not in order, exit 1 when there are some")
	return c
}

// fmt formats files in place, or only names those that are not in order. One file with mistakes, and none is written.
func (a *app) fmt(args []string, check bool) error {
	if len(args) == 1 && args[0] == "-" {
		return a.fmtStdin(check)
	}
	texts, err := a.texts(args, readText)
	if err != nil {
		return err
	}
	changed, err := unformatted(texts)
	if err != nil {
		return err
	}
	if !check {
		for _, src := range changed {
			if err := replaceFile(src.Name, src.Data); err != nil {
				return err
			}
		}
	}
	return a.fmtEnd(changed, len(texts), check, args)
}

// unformatted gives the texts that are not in order, as they should be.
func unformatted(texts []schema.Source) ([]schema.Source, error) {
	var changed []schema.Source
	var wrong schema.Diagnostics
	for _, src := range texts {
		out, diags := schema.Format(src)
		wrong = append(wrong, diags...)
		if out != nil && !bytes.Equal(out, src.Data) {
			changed = append(changed, schema.Source{Name: src.Name, Data: out})
		}
	}
	if wrong.HasErrors() {
		return nil, &invalid{wrong, texts}
	}
	return changed, nil
}

// fmtEnd names what changed; where one file is not in order it is enough to format that one.
func (a *app) fmtEnd(changed []schema.Source, all int, check bool, args []string) error {
	names := []string{}
	for _, src := range changed {
		names = append(names, src.Name)
	}
	if a.json() {
		if err := view.JSON(a.stdout, map[string]any{"files": all, "changed": names}); err != nil {
			return err
		}
	} else if len(names) > 0 {
		fmt.Fprintln(a.stdout, strings.Join(names, "\n"))
	}
	if check && len(names) > 0 {
		if len(names) == 1 {
			args = names
		}
		a.say("%d of %s not in order\n  next: tidemark fmt %s", len(names), engine.Count(all, "file"), strings.Join(args, " "))
		return errReported
	}
	return nil
}

func (a *app) fmtStdin(check bool) error {
	data, err := io.ReadAll(a.stdin)
	if err != nil {
		return err
	}
	src := schema.Source{Name: "-", Data: data}
	out, diags := schema.Format(src)
	if diags.HasErrors() {
		return &invalid{diags, []schema.Source{src}}
	}
	if !check {
		_, err = a.stdout.Write(out)
		return err
	}
	if !bytes.Equal(out, data) {
		a.say("standard input is not in order")
		return errReported
	}
	return nil
}
