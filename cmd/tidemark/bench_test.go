package main

import (
	"testing"

	"tidemark/schema"
)

// BenchmarkShipped is how long all shipped runbooks take to be read and checked.
func BenchmarkShipped(b *testing.B) {
	kinds, err := allKinds()
	if err != nil {
		b.Fatal(err)
	}
	list := kinds.Schema()
	var texts []schema.Source
	for _, name := range shippedNames() {
		src, err := (&app{}).runbookSource(name)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, src)
	}
	for b.Loop() {
		for _, src := range texts {
			if _, diags := schema.Load(schema.Sources{Runbook: src}, list, nil); diags.HasErrors() {
				b.Fatal(diags)
			}
		}
	}
}
