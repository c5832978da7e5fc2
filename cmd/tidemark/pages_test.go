package main

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/schema"
)

// hill is the site that the examples of the pages are written for.
const hill = `site: hill
vars: {backup_dir: /var/lib/tidemark/backups}
nodes:
  vellum-1: {address: 10.0.0.12, groups: [vellum]}
  vellum-2: {address: 10.0.0.13, groups: [vellum]}
  sprout-1: {address: 10.0.0.15, groups: [sprout]}
  ellis-1: {address: 10.0.0.16, groups: [ellis]}
secrets:
  ellis_password: {node-file: /etc/clearwater/ellis.password}
`

// Each page's wrong example has its mistake and no other; the right one has none, not even a warning.
func TestPageExamples(t *testing.T) {
	for _, c := range schema.Codes() {
		t.Run(c.ID, func(t *testing.T) {
			page := schema.Page(c.ID)
			if got := found(t, examples(page, "Wrong"), isLint(c.ID)); !slices.Equal(codesOf(got), []string{c.ID}) {
				t.Errorf("wrong: %v", got.Error())
			}
			if got := found(t, examples(page, "Right"), isLint(c.ID)); len(got) > 0 {
				t.Errorf("right: %v", got.Error())
			}
		})
	}
}

// isLint tells the codes of style, which only lint looks for.
func isLint(code string) bool { return strings.HasPrefix(code, "TM10") }

// examples are the texts of a section of a page by the file they stand for. A block that names none is a runbook, in JSON
// what the program of the kind "sample" answers to describe, in sh what is done in the site's directory.
func examples(page, section string) map[string]string {
	_, text, _ := strings.Cut(page, "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	out := map[string]string{}
	for _, block := range strings.Split("\n"+text, "\n\n```")[1:] {
		name, body, _ := strings.Cut(block, "\n")
		body, _, _ = strings.Cut(body, "```")
		lang, name, _ := strings.Cut(name, " ")
		if name = strings.TrimSpace(name); name == "" {
			name = map[string]string{"yaml": "runbook.yaml", "json": "describe", "sh": "commands"}[lang]
		}
		out[name] = body
	}
	return out
}

// found checks an example as a run would: the site, the runbook, and where its first line says `# tidemark run …` the inputs.
func found(t *testing.T, files map[string]string, lint bool) schema.Diagnostics {
	t.Helper()
	if answer, ok := files["describe"]; ok {
		_, diags := schema.Describe(schema.Source{Name: "describe", Data: []byte(answer)}, "sample")
		return diags
	}
	siteText := hill
	if text, ok := files["site.yaml"]; ok {
		siteText = text
	}
	site, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(siteText)})
	sources := sorted(files)
	if sources.Runbook.Data == nil {
		return diags
	}
	own := ownKindsOf(t, files)
	book, more := schema.Load(sources, own.Schema(), site)
	more = slices.DeleteFunc(more, func(d schema.Diagnostic) bool { return strings.HasSuffix(d.Pos.File, " describe") })
	diags = append(diags, more...)
	if lint && book != nil {
		diags = append(diags, book.Lint()...)
	}
	command, _, _ := strings.Cut(string(sources.Runbook.Data), "\n")
	if book == nil || !strings.HasPrefix(command, "# tidemark run ") {
		return diags
	}
	given := map[string]string{}
	for _, arg := range strings.Split(command, " --input ")[1:] {
		k, v, _ := strings.Cut(arg, "=")
		given[k] = v
	}
	_, more = book.BindInputs(given, site)
	return append(diags, more...)
}

// ownKindsOf lays the programs of an example beside a site file, does its commands there, and reads its kinds.
func ownKindsOf(t *testing.T, files map[string]string) *ownKinds {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if !strings.HasPrefix(text, "#!") {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if commands := files["commands"]; commands != "" {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", commands)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", commands, err, out)
		}
	}
	a := &app{stderr: t.Output(), patience: 3 * time.Second}
	own, err := a.ownKinds(t.Context(), filepath.Join(dir, "site.yaml"), usedIn([]schema.Source{{Data: []byte(files["runbook.yaml"])}}))
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// sorted puts the texts of an example where a site keeps them.
func sorted(files map[string]string) (out schema.Sources) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		src := schema.Source{Name: name, Data: []byte(files[name])}
		switch path.Dir(name) {
		case "overlays":
			out.Overlays = append(out.Overlays, src)
		case "include":
			out.Includes = append(out.Includes, src)
		case "kinds":
			out.Kinds = append(out.Kinds, src)
		default:
			if name == "runbook.yaml" {
				out.Runbook = src
			}
		}
	}
	return out
}

// codesOf are the codes of diagnostics, each once.
func codesOf(ds schema.Diagnostics) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
