package cassandra

import (
	"slices"
	"strings"
	"testing"
)

// TestGateTellsOfHints: they are of all keyspaces, so the reviewer is told of them also where none of those is restored.
func TestGateTellsOfHints(t *testing.T) {
	n := newRestoreNode(t)
	n.put("/var/lib/cassandra/hints/host-1-2.crc32", "sum")
	told := func() bool {
		t.Helper()
		c, err := n.Plan(CheckRestore(), gateStep())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(c.Details, func(d string) bool {
			return strings.HasPrefix(d, "1 file with hints") && strings.Contains(d, "every keyspace is to be repaired")
		})
	}
	if !told() {
		t.Error("it does not tell of the hints")
	}
	n.remove("/var/lib/cassandra/hints/host-1-2.hints")
	if told() {
		t.Error("it tells of hints where none are")
	}
}
