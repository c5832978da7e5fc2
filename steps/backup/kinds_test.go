package backup_test

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/backup"
)

func TestExamplesAreValid(t *testing.T) {
	kinds, err := engine.NewKinds(backup.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds.Schema() {
		if err := k.Validate(); err != nil {
			t.Error(err)
		}
		step := "      - " + strings.ReplaceAll(k.Example, "\n", "\n        ")
		text := "runbook: example\nstages:\n  - stage: only\n    on: vellum\n    steps:\n" + step + "\n"
		if _, diags := schema.Load(schema.Sources{Runbook: schema.Source{Name: "example.yaml", Data: []byte(text)}}, kinds.Schema(), nil); diags.Err() != nil {
			t.Errorf("%s: %v\n%s", k.Name, diags.Err(), text)
		}
	}
}
