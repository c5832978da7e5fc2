package story

import (
	"strings"
	"testing"
)

var vellums = []string{"vellum-1", "vellum-2", "vellum-3"}

// disaster changes and deletes rows everywhere, drops a table, and takes the directories of all four keyspaces
// from one node, whose Cassandra is stopped and started around it.
func disaster(t *testing.T) {
	t.Helper()
	lab(t, "load", "--lines", "500", "--phase", "newer")
	on(t, "vellum-1", `monit stop cassandra_process
		while kill -0 "$(cat /var/run/cassandra/cassandra.pid 2>/dev/null)" 2>/dev/null; do sleep 0.2; done
		rm -rf /var/lib/cassandra/data/homestead_* /var/lib/cassandra/data/homer /var/lib/cassandra/data/memento
		monit start cassandra_process`)
	lab(t, "up")
	lab(t, "cql", "DROP TABLE homestead_cache.impi_mapping")
}

// TestBackupDisasterRestore is the main job: at each of several points the restore is killed with -9 and resumed;
// what must not happen twice is counted on the nodes, and at the end every table has its digest from before.
func TestBackupDisasterRestore(t *testing.T) {
	op := operator(t)
	want := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	if out := op.must("backups"); !strings.Contains(out, "complete") {
		t.Fatalf("no complete backup:\n%s", out)
	}
	disaster(t)
	if lab(t, "digest") == want {
		t.Fatal("the disaster changed nothing")
	}
	before := counts(t)
	op.killWhen(`"type":"begin"`, "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
	for _, at := range []string{`"task":"stop/drain@vellum-2"`, `"task":"restore/restore[homer]@vellum-3"`, `"task":"start/start@vellum-1"`} {
		op.killResume(at)
	}
	op.must("resume", "--yes=lab")
	if got := lab(t, "digest"); got != want {
		t.Errorf("the digests differ:\nbefore\n%s\nafter\n%s", want, got)
	}
	for host, n := range counts(t) {
		if drains := n - before[host]; drains != 1 {
			t.Errorf("%s: nodetool drain was called %d times, want once", host, drains)
		}
	}
}

func counts(t *testing.T) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, host := range vellums {
		n[host] = calls(t, host, "nodetool.log", " drain")
	}
	return n
}
