package story

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestKilledBackup kills controller and task when a backup begins to save on vellum-2: nothing can clear the snapshot there.
// The list names it with what is half saved, and the next backup clears both behind its own seal.
func TestKilledBackup(t *testing.T) {
	op := operator(t)
	p, _ := op.frozenAt("vellum-2", savingBegins, "run", "backup-vellum", "--yes")
	p.kill()
	killTask(t, "vellum-2")
	killed := op.id()
	onVellums(t, `for i in $(seq 600); do pgrep -xf 'tidemark agent task' >/dev/null || exit 0; sleep 0.1; done; exit 1`)
	said(t, op.must("backups"), "snapshot "+killed+" is not cleared on vellum-2 and keeps disk space", "nodetool clearsnapshot -t "+killed+" -- ",
		killed+" on vellum-2 is no backup (incomplete: no manifest)")
	out := op.must("run", "backup-vellum", "--yes")
	if killed == op.id() {
		t.Fatalf("it was resumed:\n%s", out)
	}
	noSnapshot(t, killed)
	noSnapshot(t, op.id())
	if list := op.must("backups"); strings.Contains(list, "snapshot ") || strings.Contains(list, "is no backup") {
		t.Errorf("what is left is listed:\n%s", list)
	}
}

// savingBegins sees the first directory that a backup makes for its files.
func savingBegins(c change) bool {
	return c.what != gone && strings.HasPrefix(c.path, "/var/lib/tidemark/backups/") && filepath.Base(c.path) == "cassandra"
}

// noSnapshot looks that no node has a part of a snapshot of that tag.
func noSnapshot(t *testing.T, tag string) {
	t.Helper()
	for _, v := range vellums {
		if left := on(t, v, "find /var/lib/cassandra -path '*/snapshots/"+tag+"'"); left != "" {
			t.Errorf("the backup %s left its snapshot on %s:\n%s", tag, v, left)
		}
	}
}
