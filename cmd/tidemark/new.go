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
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
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
		Long: "Writes a runbook, an overlay or a kind to begin with: a file that validates. It goes beside the site file, or into\n" +
			"--runbooks DIR: overlays/NAME.yaml changes the runbook of --of, kinds/NAME.yaml is made of steps, or is a program\n" +
			"with --program or --program=python. A runbook goes into runbooks/ there, or, where that is not, into this directory.",
		RunE: func(c *cobra.Command, args []string) error { return a.newText(c.Context(), args[0], args[1], how) },
	}
	c.Flags().StringVar(&how.program, "program", "", "a kind that is a program of its own, in kinds/NAME/; `LANGUAGE` is sh or python")
	c.Flags().Lookup("program").NoOptDefVal = "sh"
	propose(c, "program", func(*cobra.Command, []string, string) []string { return []string{"sh", "python"} })
	c.Flags().StringVar(&how.of, "of", "", "the `RUNBOOK` that an overlay changes")
	propose(c, "of", a.completeRunbook)
	return c
}

// newSorts are the sorts of text that can be begun.
func newSorts() []string { return []string{"runbook", "overlay", "kind"} }

// newHow is what is known of the new text beside its name.
type newHow struct {
	program string // its language
	of      string
}

func (a *app) newText(ctx context.Context, sort, name string, how newHow) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(name) {
		return usagef("", "%q is no name: a-z, 0-9 and hyphens, beginning with a letter", name)
	}
	if err := taken(sort, name); err != nil {
		return err
	}
	s, err := a.starter(ctx, sort, name, how)
	if err != nil {
		return err
	}
	text, err := s.text(name, sort, a.ownDir())
	if err != nil {
		return err
	}
	if err := writeNew(s.path, text, s.mode); err != nil {
		return err
	}
	if a.json() {
		return view.JSON(a.stdout, map[string]string{"file": s.path, "next": s.next})
	}
	fmt.Fprintln(a.stdout, s.path)
	a.say("  next: %s", s.next)
	return nil
}

// taken refuses a name that this build or the language has: the file would not be valid, or not be the one that is run.
func taken(sort, name string) error {
	built, err := allKinds()
	switch {
	case err != nil:
		return err
	case sort == "kind" && schema.IsStepKey(name):
		return usagef("", "%q is a key of every step: give the kind another name", name)
	case sort == "kind" && slices.ContainsFunc(built.Schema(), func(k schema.Kind) bool { return k.Name == name }):
		return usagef("tidemark steps "+name, "this build has a kind %q: give yours another name", name)
	case sort == "runbook" && slices.Contains(shippedNames(), name):
		return usagef("tidemark new overlay NAME --of "+name, "%s is a shipped runbook: give yours another name; to change that one write an overlay; "+
			"to take its place copy it to runbooks/ beside the site file with `replaces: %s` in it", name, name)
	}
	return nil
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
func writeNew(path string, text []byte, mode fs.FileMode) error {
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
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
