package link

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/wire"
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

// An agent that is not ours, or not who the site says, is refused before it is asked for anything.
func TestOnlyOurAgentSuits(t *testing.T) {
	for name, c := range map[string]struct {
		become string
		hello  wire.Hello
		want   string
	}{
		"ours":               {"", wire.Hello{Version: wire.Version, Build: "b1"}, ""},
		"ours, as root":      {"root", wire.Hello{Version: wire.Version, Build: "b1", Root: true}, ""},
		"root, not asked":    {"", wire.Hello{Version: wire.Version, Build: "b1", Root: true}, ""},
		"another protocol":   {"", wire.Hello{Version: wire.Version + 1, Build: "b1"}, "its agent speaks protocol"},
		"another build":      {"", wire.Hello{Version: wire.Version, Build: "b2"}, "its agent is build b2, this controller build b1"},
		"root is not become": {"root", wire.Hello{Version: wire.Version, Build: "b1"}, "its agent does not run as root, though the site says become: root"},
	} {
		err := NewDialer(Options{Build: "b1"}).suits(Target{Name: "vellum-1", Become: c.become}, c.hello)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), "vellum-1: "+c.want) || engine.NextOf(err) == ""):
			t.Errorf("%s: %v, next %q", name, err, engine.NextOf(err))
		}
	}
}
