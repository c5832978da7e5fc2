package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/schema"
)

// heavy are texts that are accepted, each as large or as costly in one way as the limits allow.
func heavy() map[string]schema.Sources {
	book := func(text string) schema.Sources {
		return schema.Sources{Runbook: schema.Source{Name: "heavy.yaml", Data: []byte(text)}}
	}
	many := func(n int, form string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(form, "%d", fmt.Sprint(i)))
		}
		return b.String()
	}
	vars := func(text string) schema.Sources {
		return book("runbook: heavy\nvars:\n" + text + "stages: [{stage: s, on: vellum, steps: [{id: a, run: {argv: [\"${{ string(len(vars)) }}\"]}}]}]\n")
	}
	steps := func(text string) schema.Sources {
		return book("runbook: heavy\nstages:\n  - stage: s\n    on: vellum\n    steps:\n" + text)
	}
	laugh := "  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := range 3 {
		laugh += fmt.Sprintf("  a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	unfolds := steps("      - {id: a, k0: {}}\n      - {id: b, k0: {}}\n")
	unfolds.Kinds = laughs(2, 37)
	changes := steps("      - {id: a, run: {argv: [x]}}\n")
	changes.Overlays = []schema.Source{{Name: "overlays/o.yaml", Data: []byte("overlay: o\nof: heavy\nchanges:\n" +
		many(3000, "  - {insert-after: s/a, steps: [{id: n%d, noop: {}}]}\n"))}}
	return map[string]schema.Sources{
		"aliases, almost too many":  vars(laugh),
		"aliases of a long text":    vars("  a: &a " + strings.Repeat("x", 10_000) + "\n  b: [" + strings.Repeat("*a,", 99) + "]\n"),
		"aliases of many values":    vars("  a: &a [" + strings.Repeat("x,", 195) + "]\n  b: [" + strings.Repeat("*a,", 99) + "]\n"),
		"nested as deep as allowed": vars("  a: " + strings.Repeat("[", 46) + "x" + strings.Repeat("]", 46) + "\n"),
		"scalar of 1 MB":            vars("  a: " + strings.Repeat("x", 1<<20-500) + "\n"),
		"scalar of 1 MB, escaped":   vars("  a: \"" + strings.Repeat(`\u0041`, 170_000) + "\"\n"),
		"scalar of 1 MB, folded":    vars("  a: >\n" + strings.Repeat("    x y z\n\n", 70_000)),
		"many values":               vars("  a: [" + strings.Repeat("x,", 95_000) + "]\n"),
		"many keys":                 vars(many(48_000, "  v%d: 1\n")),
		"many comments":             vars(strings.Repeat("  # x\n", 70_000) + "  a: 1\n"),
		"many inputs": book("runbook: heavy\ninputs:\n" + many(9000, "  i%d: {type: string, default: x}\n") +
			"stages: [{stage: s, on: vellum, steps: [{id: a, run: {argv: [\"${{ string(len(inputs)) }}\"]}}]}]\n"),
		"many steps":               steps(many(14_000, "      - {id: a%d, noop: {}}\n")),
		"many conditions":          steps(many(9000, "      - {id: a%d, when: run.id != 'x%d', noop: {}}\n")),
		"many expressions":         steps("      - {id: a, run: {argv: [" + strings.Repeat("\"${{ run.id }}\",", 30_000) + "]}}\n"),
		"expressions in one":       steps("      - {id: a, run: {argv: [\"" + strings.Repeat("${{ run.id }}", 40_000) + "\"]}}\n"),
		"long conditions":          steps(many(250, "      - {id: a%d, when: \""+strings.TrimSuffix(strings.Repeat("run.id != 'x' or ", 80), " or ")+"\", noop: {}}\n")),
		"long patterns":            steps(many(25, "      - {id: a%d, when: 'run.id matches \"("+strings.Repeat("a|", 450)+"b%d)\"', noop: {}}\n")),
		"all outputs of all nodes": book("runbook: heavy\nstages:\n" + many(4000, "  - {stage: s%d, on: vellum, steps: [{id: a%d, run: {argv: [x], nice: \"${{ len(nodes) }}\"}}]}\n")),
		"kinds that unfold":        unfolds,
		"many changes":             changes,
	}
}

// Limits of what an accepted text may take from the heap in all: one that costs its writer little, and any.
const (
	shortText   = 64 << 10
	mostOfHeavy = 150 << 20
)

// textSize is the length of all texts together.
func textSize(src schema.Sources) (n int) {
	for _, s := range src.All() {
		n += len(s.Data)
	}
	return n
}

// What is accepted is read for little as well: its keys and values are bounded with every alias written out, and so is
// what reading them takes.
func TestHeavyTextsAreReadForLittle(t *testing.T) {
	site := labSite(t)
	for name, src := range heavy() {
		t.Run(name, func(t *testing.T) {
			var book *schema.Runbook
			var ds schema.Diagnostics
			took, most := allocated(func() { book, ds = schema.Load(src, testKinds(), site) }), uint64(mostOfHeavy)
			if book == nil {
				t.Fatalf("refused: %.300s", ds.Error())
			}
			if textSize(src) <= shortText {
				most = mostAllocated
			}
			if took > most {
				t.Errorf("%d bytes of text take %d MB", textSize(src), took>>20)
			}
			for _, s := range src.All() {
				if n := schema.NodesOf(s); n == 0 || n > schema.MaxNodes {
					t.Errorf("%s: %d keys and values", s.Name, n)
				}
			}
		})
	}
}
