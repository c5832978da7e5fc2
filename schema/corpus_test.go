package schema_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

var update = flag.Bool("update", false, "rewrite testdata/err/*.out")

const corpus = "../testdata"

func read(t *testing.T, path string) schema.Source {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return schema.Source{Name: filepath.Base(path), Data: data}
}

func glob(t *testing.T, pattern string, least int) []string {
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

// load reads a file of the corpus: site-* as a site; *.nosite.yaml as a
// runbook without a site; all others with the site of the lab.
func load(t *testing.T, path string) (schema.Source, schema.Diagnostics) {
	t.Helper()
	src := read(t, path)
	if strings.HasPrefix(src.Name, "site-") {
		_, ds := schema.LoadSite(src)
		return src, ds
	}
	site := labSite(t)
	if strings.HasSuffix(src.Name, ".nosite.yaml") {
		site = nil
	}
	_, ds := schema.Load(src, testKinds(), site)
	return src, ds
}

func TestOK(t *testing.T) {
	for _, path := range glob(t, "ok/*.yaml", 8) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if src, ds := load(t, path); len(ds) > 0 {
				t.Fatal("\n" + ds.Render(src))
			}
		})
	}
}

func TestErr(t *testing.T) {
	for _, path := range glob(t, "err/*.yaml", 30) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, ds := load(t, path)
			if len(ds) == 0 {
				t.Fatal("no diagnostic")
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".out", ds.Render(src))
		})
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
