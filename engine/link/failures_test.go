package link

import (
	"testing"

	"tidemark/engine"
)

// What an agent says at its end is the failure's own message and next thing to do, not a message inside a message.
func TestNoAgentSaysItsOwnWords(t *testing.T) {
	for stderr, want := range map[string][2]string{
		"tidemark: node state /s has format 1\n  next: finish that run\n": {"vellum-1: no agent came up there (exit 5): node state /s has format 1", "finish that run"},
		"tidemark: open /s: permission denied\n":                          {"vellum-1: no agent came up there (exit 5): open /s: permission denied", "mend that on vellum-1, then do the same again"},
		"":                                                                {"vellum-1: no agent came up there (exit 5): without a word", "mend that on vellum-1, then do the same again"},
	} {
		err := noAgent(Target{Name: "vellum-1"}, ending{exit: 5, stderr: stderr})
		if err.Error() != want[0] || engine.NextOf(err) != want[1] || engine.ClassOf(err) != engine.ClassPrecondition {
			t.Errorf("%q: %v, next %q", stderr, err, engine.NextOf(err))
		}
	}
}
