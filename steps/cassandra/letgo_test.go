package cassandra

import (
	"testing"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// TestKilledBeforeItLetGo: a release that was killed with all deleted, but that retention may have the backup again, does it
// when it is asked again; so does one behind such an undo. Else the backup would stay for ever.
func TestKilledBeforeItLetGo(t *testing.T) {
	n := restoredOn(t, "vellum-1")
	for _, what := range []struct {
		kind engine.Kind
		step engine.Step
		sign engine.Sign
	}{
		{UndoRestore(), &undoRestore{Run: restoreRun}, engine.Changes},
		{ReleaseRestore(), &releaseRestore{Run: restoreRun}, engine.Destroys},
	} {
		n.must(what.kind, what.step, what.sign)
		if err := backup.Use(n.host(), store, tag, restoreRun); err != nil { // as before it let go
			t.Fatal(err)
		}
	}
	release := &releaseRestore{Run: restoreRun}
	n.must(ReleaseRestore(), release, engine.Destroys)
	if users := backup.Users(n.host(), store, tag); len(users) > 0 {
		t.Errorf("the backup is in use by %q", users)
	}
	n.must(ReleaseRestore(), release, engine.Same)
}
