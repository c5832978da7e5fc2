package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tidemark/cmd/internal/view"
	"tidemark/schema"
)

// starter is a text to begin with: where it comes from and goes to, and what to do with it next.
type starter struct {
	template, path, next string
	mode                 fs.FileMode
	words                []string // words of the template and what they stand for
}

func (a *app) starter(ctx context.Context, sort, name string, how newHow) (starter, error) {
	kinds := filepath.Join(a.ownDir(), "kinds")
	switch {
	case how.program != "" && sort != "kind":
		return starter{}, usagef("", "--program is for kinds")
	case how.of != "" && sort != "overlay":
		return starter{}, usagef("", "--of is for overlays")
	case sort == "runbook":
		path := filepath.Join(a.shelfDir(), name+yamlExt)
		return starter{template: "runbook.yaml", path: path, next: a.command("validate", view.Command([]string{path})), mode: 0o644, words: []string{"GROUP", a.firstGroup()}}, nil
	case sort == "overlay":
		return a.overlayStarter(ctx, name, how.of)
	case how.program != "":
		return a.programStarter(filepath.Join(kinds, name, name), name, how.program)
	case sort == "kind":
		path := filepath.Join(kinds, name+yamlExt)
		return starter{template: "kind.yaml", path: path, next: a.command("validate", view.Command([]string{path})), mode: 0o644}, nil
	}
	return starter{}, usagef("tidemark new --help", "new writes a runbook, an overlay or a kind, no %q%s", sort, meant(sort, newSorts()))
}

// shelfDir is where a new runbook goes: to the others, where it is found by its name; here, where the site has none yet.
func (a *app) shelfDir() string {
	if a.runbooks != "" {
		return a.runbooks
	}
	dir := filepath.Join(a.ownDir(), "runbooks")
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	return "."
}

func (a *app) programStarter(path, name, language string) (starter, error) {
	ending := map[string]string{"sh": "sh", "python": "py"}[language]
	if ending == "" {
		return starter{}, usagef("", "--program=%s: it is sh or python; the protocol is for any language", language)
	}
	return starter{template: "program." + ending, path: path, next: a.with("tidemark steps " + name), mode: 0o755}, nil
}

// overlayStarter changes something that every reader of the runbook knows: there is something to see at once.
func (a *app) overlayStarter(ctx context.Context, name, of string) (starter, error) {
	if of == "" {
		return starter{}, usagef("tidemark list", "an overlay changes a runbook: which one? name it with --of RUNBOOK")
	}
	book, err := a.readable(ctx, of)
	if err != nil {
		return starter{}, err
	}
	return starter{
		template: "overlay.yaml", path: filepath.Join(a.ownDir(), "overlays", name+yamlExt), mode: 0o644,
		next: a.with("tidemark show " + of + " --effective"), words: []string{"OF", book.Name, "CHANGE", firstChange(book)},
	}, nil
}

// firstChange is one that can be made: a step of the runbook's own text that may have a timeout gets one, else the title.
func firstChange(book *schema.Runbook) string {
	const long = 30 * time.Minute
	for _, stage := range book.Stages {
		for _, s := range stage.Steps {
			if s.Pos.File == book.Sources.Runbook.Name && len(s.Inner()) == 0 && (book.Deadline == 0 || book.Deadline > long) {
				return "set: " + stage.ID + "/" + s.ID + ".timeout, to: 30m"
			}
		}
	}
	return "set: title, to: Say what it does here"
}

// firstGroup is where a new runbook runs: on Vellum, or what the site has instead.
func (a *app) firstGroup() string {
	const usual = "vellum"
	site, _, err := a.siteIfAny()
	if err != nil || site == nil || slices.Contains(site.Groups(), usual) {
		return usual
	}
	for _, n := range append(site.Groups(), names(site)...) {
		return n
	}
	return usual
}

func names(site *schema.Site) []string {
	var out []string
	for _, n := range site.Nodes {
		out = append(out, n.Name)
	}
	return out
}

// text is the filled template, in order, with the line for editors where the site keeps the schemas.
func (s starter) text(name, sort, own string) ([]byte, error) {
	raw, err := templates.ReadFile("new/" + s.template)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer(append(s.words, "NAME", name)...).Replace(string(raw))
	if filepath.Ext(s.template) != yamlExt {
		return []byte(text), nil
	}
	out, diags := schema.Format(schema.Source{Name: s.path, Data: []byte(modeline(s.path, sort, own) + text)})
	return out, diags.Err()
}

// modeline names the schema to editors, if it is beside the site file.
func modeline(path, sort, own string) string {
	file, err := filepath.Abs(filepath.Join(own, "schema", sort+".schema.json"))
	at, wrong := filepath.Abs(filepath.Dir(path))
	if _, none := os.Stat(file); errors.Join(err, wrong, none) != nil {
		return ""
	}
	rel, err := filepath.Rel(at, file)
	if err != nil {
		return ""
	}
	return "# yaml-language-server: $schema=" + filepath.ToSlash(rel) + "\n"
}
