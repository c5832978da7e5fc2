package monit

import (
	"testing"

	"tidemark/engine/enginetest"
)

func TestExamplesArePlanned(t *testing.T) {
	enginetest.PlanExamples(t, Kinds(), func(t *testing.T, _ string) *enginetest.Bench {
		_, b := newFake(t)
		return b
	})
}
