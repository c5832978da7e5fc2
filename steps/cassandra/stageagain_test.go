package cassandra

import (
	"testing"

	"tidemark/engine"
)

// TestStagedForAnOlderTable: a table that was dropped and created again between two attempts to lay it ready is laid ready
// anew. What lies there for the directory of the dropped one keeps no restore open.
func TestStagedForAnOlderTable(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.answer("system_schema.tables", "id", callsID)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.stop()
	out := n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes).Value.(RestoreOut)
	if open, err := OpenSwaps(n.host()); !out.Closed || err != nil || len(open) > 0 {
		t.Errorf("%+v, open %q, %v", out, open, err)
	}
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Same)
}

// TestForeignFileBesideTheRuns: a file that somebody left among the directories of the runs is no run.
func TestForeignFileBesideTheRuns(t *testing.T) {
	n := restoredOn(t, "vellum-1")
	n.put("/var/lib/cassandra/tidemark/notes.txt", "to whom it may concern")
	if open, err := OpenSwaps(n.host()); err != nil || len(open) > 0 {
		t.Errorf("open %q, %v", open, err)
	}
	n.must(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: []string{"vellum-1"}}, engine.Changes)
}
