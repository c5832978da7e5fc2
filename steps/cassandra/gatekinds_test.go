package cassandra

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
)

func TestExamplesAreValid(t *testing.T) {
	kinds, err := engine.NewKinds(Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds.Schema() {
		if err := k.Validate(); err != nil {
			t.Error(err)
		}
		step := "      - " + strings.ReplaceAll(k.Example, "\n", "\n        ")
		on := "vellum"
		if k.OnController {
			on = engine.ControllerNode
		}
		text := "runbook: example\nstages:\n  - stage: only\n    on: " + on + "\n    steps:\n" + step + "\n"
		if _, diags := schema.Load(schema.Sources{Runbook: schema.Source{Name: "example.yaml", Data: []byte(text)}}, kinds.Schema(), nil); diags.Err() != nil {
			t.Errorf("%s: %v\n%s", k.Name, diags.Err(), text)
		}
	}
}
