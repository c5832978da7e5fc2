package main

import (
	"errors"
	"os"
	"os/exec"
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
	if files["site.yaml"] == "" {
		files["site.yaml"] = hill
	}
	site, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(files["site.yaml"])})
	dir := layOut(t, files)
	if diags = append(diags, unfoundIn(t, dir)...); files["runbook.yaml"] == "" {
		return diags
	}
	sources, err := siteTexts([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources.Runbook = schema.Source{Name: "runbook.yaml", Data: []byte(files["runbook.yaml"])}
	own := ownKindsOf(t, dir, sources)
	book, more := schema.Load(sources, own.Schema(), site)
	more = slices.DeleteFunc(more, func(d schema.Diagnostic) bool { return strings.HasSuffix(d.Pos.File, " describe") })
	diags = append(diags, more...)
	if lint && book != nil {
		diags = append(diags, book.Lint()...)
	}
	command, _, _ := strings.Cut(files["runbook.yaml"], "\n")
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

// layOut writes the files of an example as a site keeps them, its programs ready to start, and does its commands there.
func layOut(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(text, "#!") {
			mode = 0o755
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), mode)); err != nil {
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
	return dir
}

// ownKindsOf reads the executable kinds of an example that its texts mention.
func ownKindsOf(t *testing.T, dir string, sources schema.Sources) *ownKinds {
	t.Helper()
	a := &app{stderr: t.Output(), patience: 3 * time.Second}
	own, err := a.ownKinds(t.Context(), filepath.Join(dir, "site.yaml"), usedIn(sources.All()))
	if err != nil {
		t.Fatal(err)
	}
	return own
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
