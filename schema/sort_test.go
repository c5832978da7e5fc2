package schema_test

import (
	"testing"

	"tidemark/schema"
)

func TestSort(t *testing.T) {
	for text, want := range map[string]string{
		"runbook: x\n":                          "runbook",
		"# c\n---\ntitle: a\n\"runbook\" : x\n": "runbook",
		"{runbook: x}":                          "runbook",
		"site: x\nnodes: [":                     "site",
		"name: x\nrunbook:\tx":                  "runbook",
		"on: push\njobs:\n  runbook: x\n":       "",
		"kind: Deployment\napiVersion: apps/v1": "",
		"runbooks: x\n":                         "",
		"":                                      "",
	} {
		if got := schema.Sort([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
