// Package cassandra has the kinds that work on a node's Cassandra: snapshots and their backup; restore by exchange of
// files with its gate, its undo and the comparison of rows; nodetool, waiting, repair.
package cassandra

import (
	"context"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// Kinds lists the kinds of this package.
func Kinds() []engine.Kind {
	return []engine.Kind{
		Snapshot(), SaveSnapshot(), ClearSnapshot(),
		CheckRestore(), NoteSchema(), RestoreSchema(), StageRestore(), RestoreKeyspace(), CompareCounts(), SumCounts(), UndoRestore(), UndoSchema(), RestoreState(), ReleaseRestore(),
		Nodetool(), WaitCassandra(), NodetoolRepair(),
	}
}

// runs is the fact whether Cassandra runs, as earlier steps will leave it.
func runs(ctx context.Context, v *engine.View) (engine.Fact, error) {
	return v.Fact(cassconf.FactRunning, func() (string, error) { return cassconf.Running(ctx, v) })
}
