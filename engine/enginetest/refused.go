package enginetest

import (
	"strings"
	"testing"

	"tidemark/engine"
)

// Refused holds an error against what it must be: of this class, and with all of these words in what it says or advises.
func Refused(t testing.TB, err error, class engine.Class, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	text := err.Error() + " | " + engine.NextOf(err)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("error %q does not say %q", text, w)
		}
	}
	if got := engine.ClassOf(err); got != class {
		t.Errorf("class %s, want %s: %v", got, class, err)
	}
}
