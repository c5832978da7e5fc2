package main

import (
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
	program := false
	c := &cobra.Command{
		Use: "new runbook|kind NAME", Args: between(2, 2), ValidArgs: []string{"runbook", "kind"},
		Short: "Writes a runbook or a kind to begin with: a file that validates.",
		Long: "Writes a runbook or a kind to begin with: a file that validates. A runbook goes to NAME.yaml in this directory,\n" +
			"a kind beside the site file or into --runbooks DIR: kinds/NAME.yaml is made of steps, --program makes a program.",
		RunE: func(_ *cobra.Command, args []string) error { return a.newText(args[0], args[1], program) },
	}
	c.Flags().BoolVar(&program, "program", false, "a kind that is a program of its own, in kinds/NAME/")
	return c
}

// starter is a text to begin with: where it comes from and goes to, and what to do with it next.
type starter struct {
	template, path, next string
	mode                 fs.FileMode
}

func (a *app) newText(sort, name string, program bool) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(name) {
		return usagef("", "%q is no name: a-z, 0-9 and hyphens, beginning with a letter", name)
	}
	s, err := a.starter(sort, name, program)
	if err != nil {
		return err
	}
	text, err := templates.ReadFile("new/" + s.template)
	if err != nil {
		return err
	}
	if err := writeNew(s.path, strings.ReplaceAll(string(text), "NAME", name), s.mode); err != nil {
		return err
	}
	if a.json() {
		return view.JSON(a.stdout, map[string]string{"file": s.path, "next": s.next})
	}
	fmt.Fprintln(a.stdout, s.path)
	a.say("  next: %s", s.next)
	return nil
}

func (a *app) starter(sort, name string, program bool) (starter, error) {
	kinds := filepath.Join(a.ownDir(), "kinds")
	switch {
	case sort == "runbook" && program:
		return starter{}, usagef("", "--program is for kinds")
	case sort == "runbook":
		return starter{"runbook.yaml", name + yamlExt, "tidemark validate " + name + yamlExt, 0o644}, nil
	case sort == "kind" && program:
		return starter{"program.sh", filepath.Join(kinds, name, name), a.with("tidemark steps " + name), 0o755}, nil
	case sort == "kind":
		path := filepath.Join(kinds, name+yamlExt)
		return starter{"kind.yaml", path, "tidemark validate " + path, 0o644}, nil
	}
	return starter{}, usagef("tidemark new --help", "there is no new %q%s", sort, meant(sort, []string{"runbook", "kind"}))
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
