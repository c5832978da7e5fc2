package engine_test

import (
	"errors"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func TestOnce(t *testing.T) {
	facts := engine.NewFacts(nil)
	view := func() *engine.View {
		return engine.NewView(&engine.Kind{}, &enginetest.Ground{Dir: t.TempDir()}, facts, "run", "n1")
	}
	asked, broken := 0, errors.New("no answer")
	ask := func() (int, error) {
		if asked++; asked == 1 {
			return 0, broken
		}
		return asked, nil
	}
	if _, err := engine.Once(view(), "q", ask); !errors.Is(err, broken) {
		t.Error(err)
	}
	for range 2 { // a failure is asked again, an answer is kept for the other steps
		if got, err := engine.Once(view(), "q", ask); got != 2 || err != nil {
			t.Error(got, err)
		}
	}
	if got, err := engine.Once(view(), "another", ask); got != 3 || err != nil {
		t.Error(got, err)
	}
}
