package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/schema"
)

// Every name of the reference that all steps may use is one of the language.
func TestRootsAreOfTheLanguage(t *testing.T) {
	used := 0
	for _, r := range schema.Roots() {
		if r.Example == "" {
			continue
		}
		used++
		text := fmt.Sprintf("runbook: a\nstages:\n  - stage: b\n    on: vellum\n    steps:\n      - {id: c, run: {argv: [x], extra: '${{ %s }}'}}\n", r.Example)
		src := schema.Source{Name: "a.yaml", Data: []byte(text)}
		if _, ds := schema.Load(schema.Sources{Runbook: src}, testKinds(), labSite(t)); len(ds) > 0 || !strings.HasPrefix(r.Example, r.Name) {
			t.Errorf("%s\n%s", r.Name, ds.Render(src))
		}
	}
	if used < 8 {
		t.Errorf("%d names have an example", used)
	}
}

// What the language says is there, where a name is none, stands in the reference.
func TestRootsAreAllOfThem(t *testing.T) {
	src := schema.Source{Name: "a.yaml", Data: []byte("runbook: a\nstages:\n  - stage: b\n    on: vellum\n    steps:\n      - {id: c, run: {argv: [\"${{ zzzz }}\"]}}\n")}
	_, ds := schema.Load(schema.Sources{Runbook: src}, testKinds(), labSite(t))
	_, names, _ := strings.Cut(ds.Render(src), "names here: ")
	known := map[string]bool{}
	for _, r := range schema.Roots() {
		known[strings.FieldsFunc(r.Name, func(c rune) bool { return c == '.' || c == '[' })[0]] = true
	}
	for name := range strings.SplitSeq(strings.TrimSpace(names), ", ") {
		if !known[name] {
			t.Errorf("%q is not in the reference: %s", name, ds.Render(src))
		}
	}
}
