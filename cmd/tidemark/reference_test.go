package main

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tidemark/cmd/internal/reference"
	"tidemark/engine"
	"tidemark/runbooks"
	"tidemark/schema"
)

var update = flag.Bool("update", false, "write the generated files of the reference anew")

// generated compares a file of the repository with what it is made from; make reference writes it anew.
func generated(t *testing.T, path string, want []byte) {
	t.Helper()
	path = filepath.Join("..", "..", path)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if diff := cmp.Diff(string(have), string(want)); diff != "" || err != nil {
		t.Errorf("%s is stale: run `make reference` (%v)\n%s", path, err, diff)
	}
}

// schemaText is what `tidemark schema` prints for a sort of file.
func schemaText(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, talk bytes.Buffer
	if code := run(t.Context(), append([]string{"schema"}, args...), strings.NewReader(""), &out, &talk); code != exitDone {
		t.Fatalf("schema %s: exit %d, %s", args, code, talk.String())
	}
	return out.Bytes()
}

func TestReferenceSchemas(t *testing.T) {
	for _, file := range schema.Files() {
		generated(t, "schema/"+file.Name+".schema.json", schemaText(t, file.Name))
	}
}

func TestReferencePages(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for _, page := range reference.Pages(reference.Kinds(kinds.Schema(), kinds), exits()) {
		made[page.Name] = true
		generated(t, "docs/reference/"+page.Name, []byte(page.Text))
	}
	there, err := os.ReadDir("../../docs/reference")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if !made[file.Name()] {
			t.Errorf("docs/reference/%s is made from nothing: remove it", file.Name())
		}
	}
}

// The first line of each shipped runbook names the schema, from where the runbook lies, and the runbook is valid by it.
func TestShippedRunbooksNameTheirSchema(t *testing.T) {
	names, err := fs.Glob(runbooks.FS, "*"+yamlExt)
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := runbooks.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		path, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		if !ok {
			t.Errorf("%s: begins with %q", name, first)
			continue
		}
		s, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "runbooks", path))
		if err != nil {
			t.Fatal(err)
		}
		value, err := schema.Plain(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The language imports nothing of the engine; what `failure` may be is what the engine tells.
func TestFailuresAreTheClasses(t *testing.T) {
	var classes []string
	for _, c := range engine.Classes() {
		classes = append(classes, string(c))
	}
	if !slices.Equal(classes, schema.Failures()) {
		t.Errorf("classes %v, failures %v", classes, schema.Failures())
	}
}
