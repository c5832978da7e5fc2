package story

import (
	"strings"
	"testing"
)

// rowsBook is the end of a restore alone: every node counts, the controller compares the sums.
const rowsBook = `runbook: rows
title: Compare the rows with a backup
inputs:
  backup: {type: string, required: true}
stages:
  - stage: rows
    on: vellum
    steps:
      - {id: rows, compare-counts: {keyspaces: "${{ site.keyspaces }}", backup: "${{ inputs.backup }}", phase: rows, basis: quiet}}
  - stage: compare
    on: controller
    steps:
      - {id: sum, sum-counts: {backup: "${{ inputs.backup }}", counts: "${{ map(values(nodes), .steps.rows.out) }}"}}
`

// rowsCompared shows that a quiet restore ended with the rows of all tables compared and equal, and that one row more
// would have been said.
func rowsCompared(t *testing.T, op person) {
	t.Helper()
	const equal = "9 tables of backup "
	if said := op.message("compare/sum@controller"); !strings.Contains(said, equal) || !strings.Contains(said, "9 equal (basis: quiet)") {
		t.Errorf("the restore ended without comparing the rows: %q", said)
	}
	book := written(t, "rows.yaml", rowsBook)
	lab(t, "cql", "INSERT INTO homer.simservs (user, column1, value1) VALUES ('sip:surplus@example.com', 'a', 0x00)")
	op.refused(3, []string{"homer.simservs has", "who writes"}, "run", book, "--input", "backup=latest", "--yes")
	op.must("abandon", op.id(), "--yes")
	lab(t, "cql", "DELETE FROM homer.simservs WHERE user = 'sip:surplus@example.com'")
	// Call records are written with a time to live: some less are no loss, more than there were would be.
	lab(t, "cql", "DELETE FROM memento.call_lists WHERE impu = 'sip:6505000001@example.com'")
	op.must("run", book, "--input", "backup=latest", "--yes")
	if said := op.message("compare/sum@controller"); !strings.Contains(said, "memento.call_lists has") || !strings.Contains(said, " of them expire)") {
		t.Errorf("rows with a time to live are gone: %q", said)
	}
}

// message is what the end of a task said, the last time.
func (s person) message(task string) string {
	said := ""
	for _, e := range s.events() {
		if e.Type == "end" && e.Task == task {
			said = e.Message
		}
	}
	return said
}
