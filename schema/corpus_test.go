package schema_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"tidemark/schema"
)

var update = flag.Bool("update", false, "rewrite testdata/err/*.out")

const corpus = "../testdata"

func read(t testing.TB, path string) schema.Source {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return schema.Source{Name: filepath.Base(path), Data: data}
}

func glob(t testing.TB, pattern string, least int) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(corpus, pattern))
	if err != nil || len(paths) < least {
		t.Fatalf("%s: %d files, want %d or more (%v)", pattern, len(paths), least, err)
	}
	return paths
}

func labSite(t *testing.T) *schema.Site {
	t.Helper()
	src := read(t, filepath.Join(corpus, "ok", "site-lab.yaml"))
	site, ds := schema.LoadSite(src)
	if len(ds) > 0 {
		t.Fatal(ds.Render(src))
	}
	return site
}

// load reads a file of the corpus: site-* as a site; *.nosite.* as a runbook
// without a site; all others with the site of the lab. A .txtar holds a runbook
// with the other texts of its site, by directory. lint-* are looked at by lint,
// too, and where the first line is `# tidemark run …` its inputs are given.
func load(t *testing.T, path string) ([]schema.Source, schema.Diagnostics) {
	t.Helper()
	src := read(t, path)
	if strings.HasPrefix(src.Name, "site-") {
		_, ds := schema.LoadSite(src)
		return []schema.Source{src}, ds
	}
	site := labSite(t)
	if strings.Contains(src.Name, ".nosite.") {
		site = nil
	}
	all := schema.Sources{Runbook: src}
	if filepath.Ext(path) == ".txtar" {
		all = unpack(t, src)
	}
	if command, _, _ := strings.Cut(string(src.Data), "\n"); strings.HasPrefix(command, "# tidemark run ") {
		_, _, ds := schema.NewReader(testKinds(), site).LoadGiven(all, inputsOf(command))
		return all.All(), ds
	}
	book, ds := schema.Load(all, testKinds(), site)
	if book != nil && strings.HasPrefix(src.Name, "lint-") {
		ds = append(ds, book.Lint()...)
	}
	return all.All(), ds
}

// inputsOf are the inputs of a command line.
func inputsOf(command string) map[string]string {
	given := map[string]string{}
	for _, arg := range strings.Split(command, " --input ")[1:] {
		key, value, _ := strings.Cut(arg, "=")
		given[key] = value
	}
	return given
}

// unpack takes the texts of an archive apart by the directories that a site keeps them in.
func unpack(t testing.TB, archive schema.Source) (out schema.Sources) {
	t.Helper()
	for _, f := range txtar.Parse(archive.Data).Files {
		src := schema.Source{Name: f.Name, Data: f.Data}
		switch filepath.Dir(f.Name) {
		case "overlays":
			out.Overlays = append(out.Overlays, src)
		case "include":
			out.Includes = append(out.Includes, src)
		case "kinds":
			out.Kinds = append(out.Kinds, src)
		default:
			out.Runbook = src
		}
	}
	return out
}

func TestOK(t *testing.T) {
	for _, path := range slices.Concat(glob(t, "ok/*.yaml", 40), glob(t, "ok/*.txtar", 0)) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if srcs, ds := load(t, path); len(ds) > 0 {
				t.Fatal("\n" + ds.Render(srcs...))
			}
		})
	}
}

func TestErr(t *testing.T) {
	for _, path := range slices.Concat(glob(t, "err/*.yaml", 160), glob(t, "err/*.txtar", 0)) {
		if name := filepath.Base(path); strings.HasPrefix(name, "program-") || strings.HasPrefix(name, "shelf-") {
			continue // package main starts the programs of kinds and knows where runbooks lie, and tests these
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			srcs, ds := load(t, path)
			if len(ds) == 0 {
				t.Fatal("no diagnostic")
			}
			helped(t, ds)
			golden(t, strings.TrimSuffix(path, filepath.Ext(path))+".out", ds.Render(srcs...))
		})
	}
}

// helped fails where nothing says what to do.
func helped(t *testing.T, ds schema.Diagnostics) {
	t.Helper()
	for _, d := range ds {
		if d.Help == "" {
			t.Errorf("%s: nothing says what to do", d.Error())
		}
	}
}

// Each code is shown at its place by an output of the corpus.
func TestEveryCodeIsShown(t *testing.T) {
	shown := map[string]bool{}
	for _, path := range glob(t, "err/*.out", 160) {
		for _, m := range regexp.MustCompile(`(?m)^\S.*?: (TM\d{4}) `).FindAllStringSubmatch(string(read(t, path).Data), -1) {
			shown[m[1]] = true
		}
	}
	for _, c := range schema.Codes() {
		if !shown[c.ID] {
			t.Errorf("%s %s: no output of testdata/err shows it", c.ID, c.Title)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestKindsAreValid(t *testing.T) {
	for _, k := range testKinds() {
		if err := k.Validate(); err != nil {
			t.Error(err)
		}
	}
}
