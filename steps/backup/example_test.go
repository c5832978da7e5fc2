package backup

import (
	"testing"

	"tidemark/engine/enginetest"
)

// Each example is planned on a node that has the backup which it names, whole and verified.
func TestExamplesArePlanned(t *testing.T) {
	enginetest.PlanExamples(t, Kinds(), func(t *testing.T, _ string) *enginetest.Bench {
		const id = "20261122T010203Z-k7"
		b := enginetest.NewBench(t)
		whole(t, b, id)
		return b
	})
}
