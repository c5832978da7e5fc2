package story

import (
	"strings"
	"testing"
	"time"

	"tidemark/testdata/lab/cassandra"
)

// TestOnlyHomer restores one keyspace that was dropped and created again since, on a ring where Cassandra was killed
// with rows of all keyspaces in its commit log. Only that keyspace is as it was; nothing of the others is lost;
// another tool's snapshot stays; and undo brings back what was there before. The controller is killed in the backup and
// in the undo. Rows of another keyspace that a node had missed, and that were hinted, come to it after both.
func TestOnlyHomer(t *testing.T) {
	op, r := operator(t), chance(t)
	saved := tables(t)
	killedOnce(t, op, task(r, []string{"snapshot/snapshot", "save/save", "save/verify", "seal/seal"}[r.IntN(4)]), backupCalls(), "backup-vellum")
	recreate(t, "homer")
	lab(t, "load", "--lines", "500", "--phase", "newer")
	on(t, "vellum-2", "nodetool snapshot -t nightly homer memento")
	nightly := snapshots(t)
	lab(t, "load", "--lines", "300", "--seed", "2", "--phase", "newer")
	before := tables(t)
	restore := []string{"run", "restore-vellum", "--input", "backup=latest", "--input", "keyspaces=homer", "--yes=lab"}
	killed(t, op, restore)
	op.refused(5, []string{"leaves out vellum-2, vellum-3", "homer.simservs exists"}, append(restore, "--limit", "vellum-1")...)
	t.Cleanup(func() { lab(t, "cql", "DROP KEYSPACE IF EXISTS "+other) })
	missed(t, "hinted-before")
	op.must(restore...)
	run := op.id()
	brought(t, run, "old", "hinted-before")
	for name, now := range tables(t) {
		want := before[name]
		if strings.HasPrefix(name, "homer.") {
			want = saved[name]
		}
		if now != want {
			t.Errorf("%s: %s, want %s", name, now, want)
		}
	}
	if now := snapshots(t); now != nightly {
		t.Errorf("another tool's snapshot changed by the restore:\n%s\nwas\n%s", now, nightly)
	}
	op.refused(5, []string{run, "not released"}, restore...)
	op.refused(5, []string{"restored vellum-1, vellum-2, vellum-3", "left out here"}, "run", "undo-restore-vellum", "--input", "run="+run, "--limit", "vellum-1", "--yes=lab")
	missed(t, "hinted-since")
	seen := watchAll(t)
	killedOnce(t, op, task(r, []string{"stop/drain", "stop/stop", "undo/undo", "start/start"}[r.IntN(4)]), restoreCalls(), "undo-restore-vellum", "--input", "run="+run)
	for host, w := range seen {
		if back, most := w.exchanged(), 1+notDone(op.events(), "undo/undo", host); len(back) == 0 || len(back) > most {
			t.Errorf("%s: the undo exchanged %q, want simservs once, at most %d times", host, back, most)
		}
	}
	brought(t, run, "undone", "hinted-since")
	for name, now := range tables(t) {
		if now != before[name] {
			t.Errorf("after the undo %s: %s, want %s", name, now, before[name])
		}
	}
	if now := snapshots(t); now != nightly {
		t.Errorf("another tool's snapshot changed by the undo:\n%s\nwas\n%s", now, nightly)
	}
	on(t, "vellum-2", "nodetool clearsnapshot -t nightly")
	op.must("run", "repair-vellum", "--input", "keyspaces=homer", "--yes")
}

// killed ends Cassandra on all nodes with -9 while monit does not watch it, so that no replica has on disk what the
// others have only in their commit logs. The restore is refused and names the way: start it once, which replays them.
func killed(t *testing.T, op person, restore []string) {
	t.Helper()
	onVellums(t, "monit unmonitor cassandra_process")
	time.Sleep(time.Second) // monit's command line answers before monit has done it
	onVellums(t, `kill -9 "$(cat /var/run/cassandra/cassandra.pid)"`)
	op.refused(5, []string{"@vellum-1, vellum-2, vellum-3", "start"}, restore...)
	onVellums(t, "monit start cassandra_process")
	lab(t, "up")
}

func onVellums(t *testing.T, script string) {
	t.Helper()
	for _, v := range vellums {
		on(t, v, script)
	}
}

// recreate drops a keyspace and creates it again: its tables get other ids.
func recreate(t *testing.T, keyspace string) {
	t.Helper()
	statements := []string{"DROP KEYSPACE " + keyspace}
	for _, s := range cassandra.Statements(2) {
		if strings.Contains(s, keyspace) {
			statements = append(statements, s)
		}
	}
	if len(statements) < 3 {
		t.Fatalf("only %d statements make %s", len(statements), keyspace)
	}
	lab(t, append([]string{"cql"}, statements...)...)
}

// tables are the digests by table.
func tables(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range strings.Lines(lab(t, "digest")) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		out[name] = strings.TrimSpace(rest)
	}
	return out
}

// snapshots are the files of another tool's snapshot, with their checksums.
func snapshots(t *testing.T) string {
	t.Helper()
	out := on(t, "vellum-2", "cd /var/lib/cassandra/data && find . -path '*/snapshots/nightly/*' -type f | LC_ALL=C sort | xargs -r sha256sum")
	if strings.Count(out, "\n") < 2 {
		t.Fatalf("no snapshot of another tool:\n%s", out)
	}
	return out
}
