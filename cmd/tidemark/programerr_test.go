package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"tidemark/schema"
)

// Each archive is a site whose kind has one mistake; what is said of it stands beside, as for all of testdata/err.
func TestErrPrograms(t *testing.T) {
	eachArchive(t, "program-*.txtar", 14, func(t *testing.T, path string, files map[string]string) {
		shownAs(t, path, shownOf(t, files))
	})
}

// Each archive is a site with runbooks that no name finds.
func TestErrShelves(t *testing.T) {
	eachArchive(t, "shelf-*.txtar", 1, func(t *testing.T, path string, files map[string]string) {
		dir := layOut(t, files)
		wrong := unfoundIn(t, dir)
		own, err := readAll(".", []string{filepath.Join(dir, "runbooks"), filepath.Join(dir, "more")})
		if err != nil {
			t.Fatal(err)
		}
		shownAs(t, path, strings.ReplaceAll(wrong.Render(own...), dir+"/", ""))
	})
}

// eachArchive visits the archives of testdata/err with such names, of which there are at least so many, with their files.
func eachArchive(t *testing.T, names string, least int, visit func(t *testing.T, path string, files map[string]string)) {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/err/" + names)
	if err != nil || len(paths) < least {
		t.Fatalf("%d archives, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			visit(t, path, files)
		})
	}
}

// unfoundIn are the mistakes by which no name finds the runbooks of a site.
func unfoundIn(t *testing.T, dir string) (wrong schema.Diagnostics) {
	t.Helper()
	a := &app{site: filepath.Join(dir, "site.yaml")}
	if more := filepath.Join(dir, "more"); len(neighbours(filepath.Join(more, "x"))) > 0 {
		a.runbooks = more
	}
	all, err := a.shelves()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		wrong = append(wrong, s.mistakes()...)
	}
	return wrong
}

// shownAs compares what is said of a wrong text with what stands beside it.
func shownAs(t *testing.T, path, got string) {
	t.Helper()
	out := strings.TrimSuffix(path, ".txtar") + ".out"
	if *update {
		if err := os.WriteFile(out, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(out)
	if diff := cmp.Diff(string(want), got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// shownOf is what a run says of the mistakes of a site, with paths below the site's directory.
func shownOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := layOut(t, files)
	sources, err := siteTexts([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	sources.Runbook = schema.Source{Name: filepath.Join(dir, "runbook.yaml"), Data: []byte(files["runbook.yaml"])}
	site, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(files["site.yaml"])})
	own := ownKindsOf(t, dir, sources)
	_, more := schema.Load(sources, own.Schema(), site)
	diags = append(diags, more...)
	for _, d := range diags {
		if d.Help == "" {
			t.Errorf("%s: nothing says what to do", d.Error())
		}
	}
	return strings.ReplaceAll(diags.Render(append(sources.All(), own.answers...)...), dir+"/", "")
}
