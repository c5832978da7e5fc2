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
