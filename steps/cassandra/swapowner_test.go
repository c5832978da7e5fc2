package cassandra

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/testdata/needed"
)

// TestLiveDirectoriesAreCassandrasAtAnyMoment: a live directory that was deleted is made anew for the exchange. Whenever that
// is killed, none that is root's is left where Cassandra would look, neither now nor behind the undo.
func TestLiveDirectoriesAreCassandrasAtAnyMoment(t *testing.T) {
	needed.Root(t, "giving directories to another user")
	cassandra := owner{12345, 12345, 0o750}
	dirs := []string{"/var/data"}
	without := func(n *swapNode) {
		n.owner = &cassandra
		if err := os.RemoveAll(n.asker.Path("/var/data/homer")); err != nil {
			t.Fatal(err)
		}
	}
	killed(t, dirs, without, (*swapNode).restore, func(n *swapNode, when string) {
		n.cassandrasOwn(when)
		if err := n.restore(never()); err != nil {
			t.Fatal(when, err)
		}
		n.cassandrasOwn("resumed, " + when)
		if err := n.undo(never()); err != nil {
			t.Fatal(when, err)
		}
		n.cassandrasOwn("undone, " + when)
	})
}

// TestUndoBringsHintsBackToADirectoryOfCassandras: somebody deleted the directory since.
func TestUndoBringsHintsBackToADirectoryOfCassandras(t *testing.T) {
	needed.Root(t, "giving directories to another user")
	n := newSwapNode(t, "/var/data")
	n.owner = &owner{12345, 12345, 0o750}
	if err := n.restore(never()); err != nil {
		t.Fatal(err)
	}
	hints := n.asker.Path("/var/hints")
	if err := os.Remove(hints); err != nil {
		t.Fatal(err)
	}
	if err := n.undo(never()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(hints)
	if err != nil {
		t.Fatal(err)
	}
	if uid, _ := uidOf(info); uid != n.owner.uid || len(n.tree("/var/hints")) != 1 {
		t.Errorf("%s belongs to %d and holds %v", hints, uid, n.tree("/var/hints"))
	}
}

// cassandrasOwn checks all directories below the keyspaces' parent.
func (n *swapNode) cassandrasOwn(when string) {
	n.t.Helper()
	top := n.asker.Path(n.dataDirs[0])
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || path == top {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if uid, _ := uidOf(info); uid != n.owner.uid {
			n.t.Fatalf("%s: %s belongs to %d", when, strings.TrimPrefix(path, n.asker.root), uid)
		}
		return nil
	})
	if err != nil {
		n.t.Fatal(when, err)
	}
}
