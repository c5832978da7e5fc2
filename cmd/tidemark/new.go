package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
)

// templates are what new writes, with NAME for the name.
//
//go:embed new
var templates embed.FS

func newNew(a *app) *cobra.Command {
	var how newHow
	c := &cobra.Command{
		Use: "new " + strings.Join(newSorts(), "|") + " NAME", Args: between(2, 2), ValidArgs: newSorts(),
		Short: "Writes a runbook, an overlay or a kind to begin with: a file that validates.",
		Long: "Writes a runbook, an overlay or a kind to begin with: a file that validates. A runbook goes to NAME.yaml in this\n" +
			"directory, all else beside the site file or into --runbooks DIR: overlays/NAME.yaml changes the runbook of --of,\n" +
			"kinds/NAME.yaml is made of steps, --program makes a program.",
		RunE: func(c *cobra.Command, args []string) error { return a.newText(c.Context(), args[0], args[1], how) },
	}
	c.Flags().BoolVar(&how.program, "program", false, "a kind that is a program of its own, in kinds/NAME/")
	c.Flags().StringVar(&how.of, "of", "", "the `RUNBOOK` that an overlay changes")
	propose(c, "of", a.completeRunbook)
	return c
}

// newSorts are the sorts of text that can be begun.
func newSorts() []string { return []string{"runbook", "overlay", "kind"} }

// newHow is what is known of the new text beside its name.
type newHow struct {
	program bool
	of      string
}

// starter is a text to begin with: where it comes from and goes to, and what to do with it next.
type starter struct {
	template, path, next string
	mode                 fs.FileMode
	words                []string // further words of the template and what they stand for
}

func (a *app) newText(ctx context.Context, sort, name string, how newHow) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(name) {
		return usagef("", "%q is no name: a-z, 0-9 and hyphens, beginning with a letter", name)
	}
	s, err := a.starter(ctx, sort, name, how)
	if err != nil {
		return err
	}
	text, err := templates.ReadFile("new/" + s.template)
	if err != nil {
		return err
	}
	if err := writeNew(s.path, strings.NewReplacer(append(s.words, "NAME", name)...).Replace(string(text)), s.mode); err != nil {
		return err
	}
	if a.json() {
		return view.JSON(a.stdout, map[string]string{"file": s.path, "next": s.next})
	}
	fmt.Fprintln(a.stdout, s.path)
	a.say("  next: %s", s.next)
	return nil
}

func (a *app) starter(ctx context.Context, sort, name string, how newHow) (starter, error) {
	kinds := filepath.Join(a.ownDir(), "kinds")
	switch {
	case how.program && sort != "kind":
		return starter{}, usagef("", "--program is for kinds")
	case how.of != "" && sort != "overlay":
		return starter{}, usagef("", "--of is for overlays")
	case sort == "runbook":
		return starter{template: "runbook.yaml", path: name + yamlExt, next: "tidemark validate " + name + yamlExt, mode: 0o644}, nil
	case sort == "overlay":
		return a.overlayStarter(ctx, name, how.of)
	case sort == "kind" && how.program:
		return starter{template: "program.sh", path: filepath.Join(kinds, name, name), next: a.with("tidemark steps " + name), mode: 0o755}, nil
	case sort == "kind":
		path := filepath.Join(kinds, name+yamlExt)
		return starter{template: "kind.yaml", path: path, next: "tidemark validate " + path, mode: 0o644}, nil
	}
	return starter{}, usagef("tidemark new --help", "there is no new %q%s", sort, meant(sort, newSorts()))
}

// overlayStarter changes the first step of a runbook: there is something to see at once.
func (a *app) overlayStarter(ctx context.Context, name, of string) (starter, error) {
	if of == "" {
		return starter{}, usagef("tidemark list", "an overlay changes a runbook: which one? name it with --of RUNBOOK")
	}
	book, err := a.readable(ctx, of)
	if err != nil {
		return starter{}, err
	}
	stage := book.Stages[0]
	return starter{
		template: "overlay.yaml", path: filepath.Join(a.ownDir(), "overlays", name+yamlExt), mode: 0o644,
		next: a.with("tidemark show " + of + " --effective"), words: []string{"OF", of, "STEP", stage.ID + "/" + stage.Steps[0].ID},
	}, nil
}

// ownDir is where the texts of a site lie: --runbooks, else beside the site file, else here.
func (a *app) ownDir() string {
	if a.runbooks != "" {
		return a.runbooks
	}
	if src, err := a.siteSource(); err == nil {
		return filepath.Dir(src.Name)
	}
	return "."
}

// with is a command with the flags by which it finds what was written.
func (a *app) with(command string) string {
	switch {
	case a.runbooks != "":
		return command + " --runbooks " + a.runbooks
	case a.site != "":
		return command + " --site " + a.site
	}
	if _, err := a.siteSource(); err != nil {
		return command + " --runbooks ."
	}
	return command
}

// writeNew writes a file that must not be there yet.
func writeNew(path, text string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return usagef("", "%s is there already; nothing was written", path)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
