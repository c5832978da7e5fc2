package story

import "testing"

// TestCreatedIsDropped: a keyspace and a table that are gone are created by the restore, whose task is killed in that, and
// dropped by its undo, whose controller is killed in that; the ring is as it was before. Then they are restored once more.
func TestCreatedIsDropped(t *testing.T) {
	op := operator(t)
	want := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	restore := []string{"run", "restore-vellum", "--input", "backup=" + op.id(), "--input", "keyspaces=homer,homestead_cache", "--yes=lab"}
	lab(t, "cql", "DROP KEYSPACE homer", "DROP TABLE homestead_cache.impi_mapping")
	before := lab(t, "digest")
	op.killAt("schema/schema@vellum-1", restore...)
	killTask(t, "vellum-1")
	op.must("resume", "--yes=lab")
	same(t, want)
	run := op.id()
	out := op.must("plan", "undo-restore-vellum", "--input", "run="+run)
	said(t, out, "- keyspace homer", "- table homer.simservs", "- table homestead_cache.impi_mapping")
	out = killedOnce(t, op, "schema/schema@vellum-1", restoreCalls(), "undo-restore-vellum", "--input", "run="+run)
	said(t, out, "release-restore-vellum --input run="+run)
	same(t, before)
	said(t, op.must(append([]string{"plan"}, restore[1:6]...)...), "run "+run, "was undone")
	op.must("run", "release-restore-vellum", "--input", "run="+run, "--yes=lab")
	op.must(restore...)
	same(t, want)
	op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}
