package files

import (
	"testing"

	"tidemark/engine/enginetest"
)

func TestExamplesArePlanned(t *testing.T) {
	enginetest.PlanExamples(t, Kinds(), func(t *testing.T, _ string) *enginetest.Bench {
		n := newNode(t)
		n.write("/etc/clearwater/shared_config", "a=b")
		n.write("/var/lib/cassandra/data/homer/f", "x")
		n.dir("/var/lib/tidemark/copies")
		n.dir("/var/lib/tidemark/backups")
		return n.Bench
	})
}
