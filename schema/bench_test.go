package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/schema"
)

// manySteps is a runbook of n steps with two expressions each, half of which
// read the output of a step before.
func manySteps(n int) schema.Source {
	var b strings.Builder
	b.WriteString("runbook: many\ninputs:\n  count: {type: int, default: 3}\nstages:\n  - stage: s\n    on: vellum\n    steps:\n")
	for i := range n {
		before := "inputs.count"
		if i > 0 {
			before = fmt.Sprintf("steps.s%d.out.exit", i-1)
		}
		fmt.Fprintf(&b, "      - {id: s%d, run: {argv: [echo, \"n ${{ inputs.count + %d }}\"], nice: \"${{ %s }}\"}}\n", i, i, before)
	}
	return schema.Source{Name: "many.yaml", Data: []byte(b.String())}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{500, 5000} {
		src := manySteps(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ds := schema.Load(schema.Sources{Runbook: src}, testKinds(), nil); len(ds) > 0 {
					b.Fatal(ds.Render(src))
				}
			}
		})
	}
}

// Ten times the steps take no more than twelve times the memory, and 5,000
// steps with 10,000 expressions no more than 150 MB in all.
func TestLoadGrowsLinearly(t *testing.T) {
	reading := func(n int) uint64 {
		src := manySteps(n)
		return allocated(func() { _, _ = schema.Load(schema.Sources{Runbook: src}, testKinds(), nil) })
	}
	small, large := reading(500), reading(5000)
	if large > 150<<20 || large > 12*small {
		t.Errorf("500 steps take %d bytes, 5,000 take %d", small, large)
	}
}

// A reader of many small texts does not learn the declarations anew for each.
func TestReaderKeepsWhatItLearned(t *testing.T) {
	src, read := schema.Sources{Runbook: manySteps(2)}, schema.NewReader(testKinds(), nil)
	_, _ = schema.Load(src, testKinds(), nil) // what the program makes once
	first := allocated(func() { _, _ = read.Load(src) })
	second := allocated(func() { _, _ = read.Load(src) })
	if second > first*9/10 {
		t.Errorf("the first text takes %d bytes, the second %d", first, second)
	}
}

// What stages on the same nodes share is made once, and vars are merged once per node: ten times as many take no more
// than twelve times the memory.
func TestStagesAndVarsGrowLinearly(t *testing.T) {
	site, ds := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte("site: x\nnodes:\n  a: {address: 192.0.2.1, groups: [vellum]}\n  b: {address: 192.0.2.2, groups: [vellum]}\n")})
	if ds.HasErrors() {
		t.Fatal(ds)
	}
	many := func(n int) schema.Source {
		var b strings.Builder
		b.WriteString("runbook: many\nvars:\n")
		for i := range n {
			fmt.Fprintf(&b, "  v%d: 1\n", i)
		}
		b.WriteString("stages:\n")
		for i := range n {
			fmt.Fprintf(&b, "  - {stage: s%d, on: vellum, steps: [{id: t%d, run: {argv: [\"${{ string(vars.v%d) }}\"]}}]}\n", i, i, i)
		}
		return schema.Source{Name: "many.yaml", Data: []byte(b.String())}
	}
	reading := func(n int) uint64 {
		return allocated(func() {
			if _, ds := schema.Load(schema.Sources{Runbook: many(n)}, testKinds(), site); ds.HasErrors() {
				t.Error(ds[0])
			}
		})
	}
	if small, large := reading(100), reading(1000); large > 12*small {
		t.Errorf("100 stages and vars take %d bytes, 1,000 take %d", small, large)
	}
}
