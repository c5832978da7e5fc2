package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/schema"
)

// A kind made of steps is redone as the most demanding of them is, as it is
// written: its arguments may decide.
func TestRedoOfACompositeKind(t *testing.T) {
	for want, steps := range map[string][]string{
		"pure":       {"pause: 1s"},
		"idempotent": {"pause: 1s", "run: {argv: [ls], redo: idempotent}"},
		"checked":    {"run: {argv: [ls], redo: idempotent}", "monit: {action: stop, service: x}"},
		"manual":     {"pause: 1s", "run: {argv: [ls]}"},
	} {
		text := "kind: mine\ndoc: Does.\nsteps:\n"
		for i, s := range steps {
			text += fmt.Sprintf("  - {id: s%d, %s}\n", i, s)
		}
		checkRedo(t, want, text)
	}
	const inside = "kind: mine\ndoc: Does.\ninputs:\n  rule: {type: string, default: manual}\nsteps:\n  - {id: a, run: {argv: ['${{ inputs.rule }}'], RULE}}\n"
	checkRedo(t, "manual", strings.Replace(inside, "RULE", `redo: "${{ inputs.rule }}"`, 1))
	checkRedo(t, "idempotent", strings.Replace(inside, "RULE", "redo: idempotent", 1))
	checkRedo(t, "idempotent", strings.Replace(inside, "RULE", "redo: idempotent", 1), "kind: mine2\ndoc: Uses it.\nsteps:\n  - {id: a, mine: {}}\n")
}

func checkRedo(t *testing.T, want string, texts ...string) {
	t.Helper()
	var sources []schema.Source
	for i, text := range texts {
		sources = append(sources, schema.Source{Name: "kinds/" + []string{"mine.yaml", "mine2.yaml"}[i], Data: []byte(text)})
	}
	kinds, ds := schema.Composites(sources, testKinds(), nil)
	if ds.HasErrors() || len(kinds) != len(texts) {
		t.Fatal(ds.Render(sources...))
	}
	if got := kinds[len(kinds)-1].Redo; got != want {
		t.Errorf("%s, want %s:\n%s", got, want, texts[len(texts)-1])
	}
}
