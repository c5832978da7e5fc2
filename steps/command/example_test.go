package command

import (
	"testing"

	"tidemark/engine/enginetest"
)

func TestExamplesArePlanned(t *testing.T) {
	enginetest.PlanExamples(t, Kinds(), func(t *testing.T, _ string) *enginetest.Bench {
		b := enginetest.NewBench(t)
		touch(t, b.Ground, "/usr/bin/reindex")
		return b
	})
}
