package cassandra

import (
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/cassconf"
)

// Each example is planned on a node that holds what it speaks of: a running Cassandra with a sealed backup; for those that
// ask nodetool one with other members; a backup is saved where none is, and put in place behind a planned stop.
func TestExamplesArePlanned(t *testing.T) {
	enginetest.PlanExamples(t, Kinds(), func(t *testing.T, kind string) *enginetest.Bench {
		switch kind {
		case Nodetool().Name, NodetoolRepair().Name, WaitCassandra().Name:
			return newToolNode(t).Bench
		case SaveSnapshot().Name:
			n := newSnapshotNode(t)
			n.take(tag, []string{"homer", "memento"})
			return n.Bench
		case RestoreKeyspace().Name:
			n := newRestoreNode(t)
			n.Facts.Add([]engine.Fact{{Key: cassconf.FactRunning, Value: cassconf.Stopped}, {Key: factClean, Value: "true"}})
			return n.Bench
		}
		return newRestoreNode(t).Bench
	})
}
