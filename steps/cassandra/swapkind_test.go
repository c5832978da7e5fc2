package cassandra

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/testdata/needed"
)

const restoredLive = "/var/lib/cassandra/data/homer/" + simservs

func stageStep(k string) *stageRestore { return &stageRestore{Keyspace: k, Backup: tag, Dir: store} }

func restoreStep(k string) *restoreKeyspace {
	return &restoreKeyspace{Keyspace: k, Backup: tag, Dir: store}
}

// ruin changes the live data after the backup.
func (n *snapshotNode) ruin() {
	n.T.Helper()
	for _, f := range []string{restoredLive + "/nb-1-big-Data.db", "/disk2/data/memento/" + calls + "/da-1-bti-Data.db"} {
		n.remove(f)
	}
	n.put(restoredLive+"/nb-8-big-Data.db", "newer rows")
	n.remove(restoredLive + "/nb-3-big-tmp-Data.db")
	n.remove(restoredLive + "/nb_txn_flush_0a.log")
}

func (n *snapshotNode) data() map[string]string {
	sw := &swapNode{t: n.T.(*testing.T), asker: rooted{root: n.Ground.Dir}}
	return sw.tree("/var/lib/cassandra/data", "/disk2/data", "/var/lib/cassandra/hints", "/var/lib/cassandra/saved_caches")
}

func (n *snapshotNode) stop() { n.Ground.Open = nil }

func (n *snapshotNode) must(k engine.Kind, s engine.Step, want engine.Sign) engine.Output {
	n.T.Helper()
	c, out, err := n.Apply(k, s)
	if err != nil || c.Sign != want {
		n.T.Fatalf("%s: sign %q, want %q: %s, %v", k.Name, c.Sign, want, c.Summary, err)
	}
	return out
}

// TestRestoreStory is a restore of two keyspaces, from staging to release, on a node with two data directories.
func TestRestoreStory(t *testing.T) {
	n := newRestoreNode(t)
	n.ruin()
	before := n.data()
	for _, k := range []string{"homer", "memento"} {
		n.must(StageRestore(), stageStep(k), engine.Creates)
		n.must(StageRestore(), stageStep(k), engine.Same)
	}
	if d := cmp.Diff(before, n.data()); d != "" {
		t.Error("staging changed live data:", d)
	}
	if users := backup.Users(n.host(), store, tag); len(users) != 1 || users[0] != restoreRun {
		t.Error("the backup is not noted as in use:", users)
	}
	_, _, err := n.Apply(RestoreKeyspace(), restoreStep("homer"))
	enginetest.Refused(t, err, engine.ClassPrecondition, "not stopped", "9042 is open", "drain")

	n.stop()
	out := n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	if out.Value.(RestoreOut).Closed {
		t.Error("closed although memento waits")
	}
	if open, err := OpenSwaps(n.host()); err != nil || len(open) != 1 {
		t.Error("open swaps:", open, err)
	}
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Same)
	if out := n.must(RestoreKeyspace(), restoreStep("memento"), engine.Changes); !out.Value.(RestoreOut).Closed {
		t.Error("not closed")
	}
	n.must(RestoreKeyspace(), restoreStep("memento"), engine.Same)
	n.must(CompareCounts(), &compareCounts{Keyspaces: []string{"homer", "memento"}, Backup: tag, Phase: "files", SHA256: true, Dir: store}, engine.Same)
	live := n.data()
	if live[restoredLive+"/nb-1-big-Data.db"] != "homer 1 Data.db" || live[restoredLive+"/nb-8-big-Data.db"] != "" {
		t.Error("homer is not restored:", live)
	}
	if live["/disk2/data/memento/"+calls+"/da-1-bti-Data.db"] != "memento Data.db" {
		t.Error("memento is not restored")
	}
	if !strings.Contains(n.list(), "other-tool") || live["/var/lib/cassandra/hints/host-1-2.hints"] != "" {
		t.Error("the other tool's snapshot is gone, or the hints are not")
	}
	n.undoStory(before)
}

// undoStory undoes the restore, then releases what is kept.
func (n *snapshotNode) undoStory(before map[string]string) {
	t := n.T
	n.Run = "20261124T000000Z-un"
	undo := &undoRestore{Run: restoreRun}
	n.must(UndoRestore(), undo, engine.Changes)
	n.must(UndoRestore(), undo, engine.Same)
	if d := cmp.Diff(before, n.data()); d != "" {
		t.Error("undo:", d)
	}
	if users := backup.Users(n.host(), store, tag); len(users) != 0 {
		t.Error("the backup is still noted as in use:", users)
	}
	release := &releaseRestore{Run: restoreRun}
	out := n.must(ReleaseRestore(), release, engine.Destroys)
	if out.Value.(ReleaseOut).Freed == 0 || !strings.HasSuffix(out.Note, "was undone, what it had brought goes") {
		t.Errorf("%+v", out)
	}
	n.must(ReleaseRestore(), release, engine.Same)
	if d := cmp.Diff(before, n.data()); d != "" {
		t.Error("release changed live data:", d)
	}
	left, _ := os.ReadDir(n.Ground.Dir + "/var/lib/cassandra/tidemark/" + restoreRun)
	if len(left) != 1 || left[0].Name() != recordName {
		t.Error("left:", left)
	}
	n.must(UndoRestore(), undo, engine.Same) // what was live before it is not deleted, it is live
}

func TestReleasedRestoreCannotBeUndone(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	if out := n.must(ReleaseRestore(), &releaseRestore{Run: restoreRun}, engine.Destroys); !strings.HasSuffix(out.Note, "cannot be undone any more") {
		t.Errorf("%+v", out)
	}
	_, _, err := n.Apply(UndoRestore(), &undoRestore{Run: restoreRun})
	enginetest.Refused(t, err, engine.ClassPrecondition, "is released", "tidemark backups")
}

func TestReleaseOfWhatWasOnlyStagedLosesNothing(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	if out := n.must(ReleaseRestore(), &releaseRestore{Run: restoreRun}, engine.Destroys); !strings.HasSuffix(out.Note, "nothing is lost") {
		t.Errorf("%+v", out)
	}
	n.must(UndoRestore(), &undoRestore{Run: restoreRun}, engine.Same)
}

func TestReleaseRefusesWhatIsHalfWay(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.must(StageRestore(), stageStep("memento"), engine.Creates)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	_, err := n.Plan(ReleaseRestore(), &releaseRestore{Run: restoreRun})
	enginetest.Refused(t, err, engine.ClassPrecondition, "half-way", "tidemark resume "+restoreRun)
}

func TestReleaseRefusesAnotherToolsSnapshot(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	n.put("/var/lib/cassandra/tidemark/"+restoreRun+"/old/homer/"+simservs+"/snapshots/nightly/x", "y")
	_, _, err := n.Apply(ReleaseRestore(), &releaseRestore{Run: restoreRun})
	enginetest.Refused(t, err, engine.ClassPrecondition, "snapshots/nightly", "another tool")
}

// TestRestoreStagesWhatIsNotStaged: there is one candidate for the live directory of memento, two for homer.
func TestRestoreStagesWhatIsNotStaged(t *testing.T) {
	n := newRestoreNode(t)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("memento"), engine.Changes)
	_, _, err := n.Apply(RestoreKeyspace(), restoreStep("homer"))
	enginetest.Refused(t, err, engine.ClassPrecondition, "simservs has 2 directories", "stage-restore")
}

func TestRestoreRefusesAnUncleanStop(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.stop()
	n.put("/var/lib/cassandra/commitlog/CommitLog-7-2.log", dirtySegment)
	before := n.data()
	_, _, err := n.Apply(RestoreKeyspace(), restoreStep("homer"))
	enginetest.Refused(t, err, engine.ClassPrecondition, "not stopped clean", "CommitLog-7-2.log", "start it once, drain, stop")
	if d := cmp.Diff(before, n.data()); d != "" {
		t.Error("changed all the same:", d)
	}
}

// TestRestorePlanOverPredictedState: Cassandra serves now, earlier steps promise that it will not.
func TestRestorePlanOverPredictedState(t *testing.T) {
	n := newRestoreNode(t)
	_, err := n.Plan(RestoreKeyspace(), restoreStep("homer"))
	enginetest.Refused(t, err, engine.ClassPrecondition, "would not be stopped", "drain")
	n.Facts.Add([]engine.Fact{{Key: cassconf.FactRunning, Value: cassconf.Stopped}, {Key: factClean, Value: "true"}})
	c, err := n.Plan(RestoreKeyspace(), restoreStep("homer"))
	if err != nil || c.Sign != engine.Changes || c.Risk != engine.Overwrites || c.Will[0] != (engine.Fact{Key: "restored.homer", Value: tag}) {
		t.Errorf("%+v, %v", c, err)
	}
	if !strings.Contains(c.Details[0], "homer.simservs") {
		t.Errorf("%q", c.Details)
	}
}

// TestRestoreSoiledIsSeen: a restored keyspace whose files changed while the swap is open is no longer restored.
func TestRestoreSoiledIsSeen(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.must(StageRestore(), stageStep("memento"), engine.Creates)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	n.put(restoredLive+"/nb-77-big-Data.db", "flushed by a Cassandra that ran")
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	if n.data()[restoredLive+"/nb-77-big-Data.db"] != "" {
		t.Error("still soiled")
	}
	soiled := filepath.Join(n.Ground.Dir, "/var/lib/cassandra/tidemark", restoreRun, "old-2/homer", simservs, "nb-77-big-Data.db")
	if _, err := os.Stat(soiled); err != nil {
		t.Error("the soiled set is not kept:", err)
	}
}

func TestStageRefusesADamagedFile(t *testing.T) {
	n := newRestoreNode(t)
	n.rewrite(backup.Path(store, tag, backup.Cassandra, "data/homer", simservs, "nb-1-big-TOC.txt"), "homer 1 TOC.tyt")
	_, _, err := n.Apply(StageRestore(), stageStep("homer"))
	enginetest.Refused(t, err, engine.ClassPrecondition, "nb-1-big-TOC.txt", "sha256")
}

// TestStageCopiesWhatIsNotCassandras: a file that came in from another machine belongs to root; linked into the live
// directory it would stop Cassandra.
func TestStageCopiesWhatIsNotCassandras(t *testing.T) {
	needed.Root(t, "giving files away")
	n := newRestoreNode(t)
	for _, d := range n.disks() {
		if err := os.Chown(d, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	mine := backup.Path(store, tag, backup.Cassandra, "data/homer", simservs, "nb-1-big-Index.db")
	if err := os.Chown(n.Ground.Dir+mine, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	staged := n.Ground.Dir + "/var/lib/cassandra/tidemark/" + restoreRun + "/staged/homer/" + simservs
	for name, linked := range map[string]bool{"nb-1-big-Index.db": true, "nb-1-big-Data.db": false, "nb-1-big-TOC.txt": false} {
		info, err := os.Stat(filepath.Join(staged, name))
		if err != nil {
			t.Fatal(err)
		}
		st, _ := statOf(info)
		source, err := os.Stat(n.Ground.Dir + backup.Path(store, tag, backup.Cassandra, "data/homer", simservs, name))
		if err != nil {
			t.Fatal(err)
		}
		if st.Uid != 12345 || os.SameFile(info, source) != linked {
			t.Errorf("%s: uid %d, linked %t", name, st.Uid, os.SameFile(info, source))
		}
	}
}

func TestCompareFilesNamesWhatDiffers(t *testing.T) {
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	n.put(restoredLive+"/nb-9-big-Data.db", "x")
	n.remove(restoredLive + "/nb-1-big-TOC.txt")
	step := &compareCounts{Keyspaces: []string{"homer"}, Backup: tag, Phase: "files", Dir: store}
	_, _, err := n.Apply(CompareCounts(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "nb-9-big-Data.db: not in the backup", "nb-1-big-TOC.txt: missing")
	step.Keyspaces = []string{"memento"}
	_, _, err = n.Apply(CompareCounts(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "memento.call_lists: not restored by run")
}
