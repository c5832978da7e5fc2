package story

import "testing"

// TestCreatedIsDropped: a keyspace and a table that are gone are created by the restore, whose task is killed in that, and
// dropped by its undo, whose controller is killed in that; the ring is as it was before. Then they are restored once more. A third
// keyspace has a user type: the restore creates it, or finds it equal, and is refused where it is another one by now.
func TestCreatedIsDropped(t *testing.T) {
	op := operator(t)
	want, people := lab(t, "digest"), withTypes(t)
	keyspaces := "keyspaces=homer,homestead_cache," + typed
	op.must("run", "backup-vellum", "--input", keyspaces, "--yes")
	restore := []string{"run", "restore-vellum", "--input", "backup=" + op.id(), "--input", keyspaces, "--yes=lab"}
	otherTypes(t, op, restore)
	lab(t, "cql", "DROP KEYSPACE homer", "DROP TABLE homestead_cache.impi_mapping", "DROP KEYSPACE "+typed)
	before := lab(t, "digest")
	op.killAt("schema/schema@vellum-1", restore...)
	killTask(t, "vellum-1")
	op.must("resume", "--yes=lab")
	same(t, want)
	samePeople(t, people)
	run := op.id()
	out := op.must("plan", "undo-restore-vellum", "--input", "run="+run)
	said(t, out, "- keyspace homer", "- table homer.simservs", "- table homestead_cache.impi_mapping", "- keyspace "+typed)
	out = killedOnce(t, op, "schema/schema@vellum-1", restoreCalls(), "undo-restore-vellum", "--input", "run="+run)
	said(t, out, "release-restore-vellum --input run="+run)
	same(t, before)
	said(t, op.must(append([]string{"plan"}, restore[1:6]...)...), "run "+run, "was undone")
	op.must("run", "release-restore-vellum", "--input", "run="+run, "--yes=lab")
	sameTypes(t)
	op.must(restore...)
	same(t, want)
	samePeople(t, people)
	op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}
