package cassandra

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

// TestUndoPlanIsTrue: of a restore that was broken off the plan of the undo names what was exchanged, and what was not.
func TestUndoPlanIsTrue(t *testing.T) {
	const sight = ": what was written since the restore goes out of sight, and is kept until the release"
	homer, memento := "homer/"+simservs, "memento/"+calls
	n := newRestoreNode(t)
	plan := func(summary string, want ...string) {
		t.Helper()
		c, err := n.Plan(UndoRestore(), &undoRestore{Run: restoreRun})
		if err != nil || !strings.HasPrefix(c.Summary, summary) {
			t.Errorf("%q, %v", c.Summary, err)
		}
		if d := cmp.Diff(want, c.Details[:min(2, len(c.Details))]); d != "" {
			t.Error(d)
		}
	}
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.must(StageRestore(), stageStep("memento"), engine.Creates)
	n.stop()
	plan("take away what run "+restoreRun+" laid ready", "= "+homer+": was not exchanged", "= "+memento+": was not exchanged")
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	plan("bring 1 table back", "~ "+homer+sight, "= "+memento+": was not exchanged")
	n.must(RestoreKeyspace(), restoreStep("memento"), engine.Changes)
	plan("bring 2 tables back", "~ "+homer+sight, "~ "+memento+sight)
	n.must(UndoRestore(), &undoRestore{Run: restoreRun}, engine.Changes)
	n.reworded(func(r *swapRecord) { r.enter(stateUndoing) }) // killed before its last record
	plan("take away what run", "= "+homer+": is as before already", "= "+memento+": is as before already")
}
