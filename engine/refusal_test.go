package engine

import (
	"errors"
	"strings"
	"testing"
)

// TestTheReasonOfARefusal: each cause once, the node where it is one, and never so long that the end of the journal cannot be
// read back in a few KiB.
func TestTheReasonOfARefusal(t *testing.T) {
	on := func(node, text string) error { return onNode(node, errors.New(text)) }
	for _, c := range []struct {
		err           error
		message, node string
	}{
		{on("n1", "n1: full"), "n1: full", "n1"},
		{errors.Join(on("n1", "full"), on("n1", "full")), "n1: full", "n1"},
		{join([]error{on("n1", "full"), on("n2", "dead")}), "n1: full; n2: dead", ""},
		{&Locked{Node: "n3"}, (&Locked{Node: "n3"}).Error(), "n3"},
		{errors.New("journal: full"), "journal: full", ""},
	} {
		if e := Refusal(c.err); e.Message != c.message || e.Node != c.node {
			t.Errorf("%v: %q on %q", c.err, e.Message, e.Node)
		}
	}
	if e := Refusal(errors.New(strings.Repeat("ä", refusalMost))); len(e.Message) > refusalMost+len("…") || !strings.HasSuffix(e.Message, "ä…") {
		t.Errorf("%d bytes: %s", len(e.Message), e.Message)
	}
}
