package cassandra

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
)

// earlier is the run that was killed in the middle of its backup.
const earlier = "20261121T010203Z-a1"

func clearing() *clearKind { return &clearKind{Tag: tag, Dir: store} }

// backs takes a snapshot as a backup does: noted as the run's own.
func (n *snapshotNode) backs(id string) {
	n.T.Helper()
	step := &snapshot{Tag: id, Keyspaces: []string{"homer", "memento"}, Dir: store}
	if _, _, err := n.Apply(Snapshot(), step); err != nil {
		n.T.Fatal(err)
	}
}

func (n *snapshotNode) noted() []string { return tags(backup.Snapshots(n.host(), store, "vellum-1")) }

func TestASnapshotThatAFailedBackupLeftIsCleared(t *testing.T) {
	n := newSnapshotNode(t)
	n.take("other-tool", []string{"homer"})
	n.backs(tag)
	c, out, err := n.Apply(ClearSnapshot(), clearing())
	if err != nil || c.Sign != engine.Destroys || !strings.Contains(c.Details[0], tag+" of homer, memento") || !slices.Equal(out.Value.(ClearOut).Cleared, []string{tag}) {
		t.Fatalf("%+v, %+v, %v", c, out, err)
	}
	if list := n.list(); strings.Contains(list, tag) || !strings.Contains(list, "other-tool") || len(n.noted()) > 0 {
		t.Errorf("noted are %q, left is\n%s", n.noted(), list)
	}
	before := len(n.Ground.Calls())
	if c, _, err := n.Apply(ClearSnapshot(), clearing()); err != nil || c.Sign != engine.Same || len(n.Ground.Calls()) > before {
		t.Errorf("again: %+v, %v; calls %q", c, err, n.Ground.Calls())
	}
}

// Each call of nodetool starts a JVM: where the backup cleared its snapshot, or none came to be, there is none more.
func TestNothingIsCalledWhereNothingIsLeft(t *testing.T) {
	n := newSnapshotNode(t)
	n.backs(tag)
	if _, _, err := n.Apply(SaveSnapshot(), saving()); err != nil {
		t.Fatal(err)
	}
	before := len(n.Ground.Calls())
	if c, _, err := n.Apply(ClearSnapshot(), clearing()); err != nil || c.Sign != engine.Same || before != 2 || len(n.Ground.Calls()) > before {
		t.Errorf("%+v, %v; calls %q", c, err, n.Ground.Calls())
	}
	n = newSnapshotNode(t)
	n.backs(tag)
	n.clear(tag, "homer", "memento") // killed between the clearing and the end of its note
	before = len(n.Ground.Calls())
	if c, _, err := n.Apply(ClearSnapshot(), clearing()); err != nil || c.Sign != engine.Destroys || len(n.Ground.Calls()) > before || len(n.noted()) > 0 {
		t.Errorf("%+v, %v; calls %q, noted %q", c, err, n.Ground.Calls(), n.noted())
	}
}

// Before the run nobody knows whether a step will fail; both what it comes to then is what was approved.
func TestClearingIsApprovedForBothEnds(t *testing.T) {
	n := newSnapshotNode(t)
	n.Facts.Add([]engine.Fact{{Key: factSnapshot(tag), Value: absent}})
	approved, err := n.Plan(ClearSnapshot(), clearing())
	if err != nil || approved.Sign != engine.NotKnown {
		t.Fatalf("%+v, %v", approved, err)
	}
	done, _, err := n.Apply(ClearSnapshot(), clearing())
	if err != nil || engine.Compare(approved, done, nil) != nil {
		t.Errorf("%+v, %v", done, err)
	}
	n.backs(tag)
	failed, _, err := n.Apply(ClearSnapshot(), clearing())
	if err != nil || failed.Sign != engine.Destroys || engine.Compare(approved, failed, nil) != nil {
		t.Errorf("%+v, %v", failed, err)
	}
}

// What a killed run left goes behind the seal of a later backup, not before; without a note it is somebody's own.
func TestSnapshotsOfKilledRunsGoBehindTheSeal(t *testing.T) {
	n := newSnapshotNode(t)
	n.backs(earlier)
	n.take("20261120T010203Z-b2", []string{"homer"})
	if c, _, err := n.Apply(ClearSnapshot(), clearing()); err != nil || c.Sign != engine.Same || !slices.Equal(n.noted(), []string{earlier}) {
		t.Fatalf("before the seal: %+v, %v", c, err)
	}
	n.put(store+"/"+tag+"/set.json", "{}")
	half, saved := store+"/"+earlier+"/cassandra", store+"/20261119T010203Z-c3"
	n.put(half+"/data/homer/x", "half")
	n.put(saved+"/snapshot.json", `{"id": "20261119T010203Z-c3", "node": "vellum-1", "keyspaces": ["homer"]}`)
	n.put(saved+"/cassandra/manifest.json", "{}")
	n.put(store+"/20261118T010203Z-d4/cassandra/data/x", "a copy that is being brought in")
	c, _, err := n.Apply(ClearSnapshot(), clearing())
	if err != nil || c.Sign != engine.Destroys || len(n.noted()) > 0 || !slices.Contains(c.Details, "- "+half+", half saved") {
		t.Fatalf("%+v, %v", c, err)
	}
	left, _ := filepath.Glob(n.Ground.Dir + store + "/*/cassandra/*")
	for i := range left {
		left[i] = strings.TrimPrefix(left[i], n.Ground.Dir+store)
	}
	if d := cmp.Diff([]string{"/20261118T010203Z-d4/cassandra/data", "/20261119T010203Z-c3/cassandra/manifest.json"}, left); d != "" {
		t.Error(d)
	}
	if list := n.list(); strings.Contains(list, earlier) || !strings.Contains(list, "20261120T010203Z-b2") {
		t.Errorf("left is\n%s", list)
	}
}

// The note is no word of another node, and never one of all keyspaces.
func TestANoteThatIsNotThisNodesCountsForNothing(t *testing.T) {
	for _, text := range []string{
		`{"id": "` + tag + `", "node": "vellum-2", "keyspaces": ["homer"]}`, `{"id": "` + tag + `", "node": "vellum-1"}`,
		`{"id": "other", "node": "vellum-1", "keyspaces": ["homer"]}`,
	} {
		n := newSnapshotNode(t)
		n.take(tag, []string{"homer"})
		n.put(store+"/"+tag+"/snapshot.json", text)
		if c, _, err := n.Apply(ClearSnapshot(), clearing()); err != nil || c.Sign != engine.Same || !strings.Contains(n.list(), tag) {
			t.Errorf("%s: %+v, %v", text, c, err)
		}
	}
}

func TestClearingThatFailsNamesTheSnapshotAndTheCommand(t *testing.T) {
	n := newSnapshotNode(t)
	n.backs(tag)
	n.Ground.OnExec = func([]string) (engine.Result, error) {
		return engine.Result{Code: 1, Stderr: []byte("Connection refused")}, nil
	}
	_, _, err := n.Apply(ClearSnapshot(), clearing())
	enginetest.Refused(t, err, engine.ClassExit, "Connection refused", "snapshot "+tag+" is left on vellum-1", "nodetool clearsnapshot -t "+tag+" -- homer memento")
	if len(n.noted()) != 1 {
		t.Error("the note of a snapshot that is left is gone")
	}
}

// On a full disk no later step can begin, so saving clears what it will not save; it names what still takes space.
func TestSaveOntoAFullDiskClearsItsSnapshot(t *testing.T) {
	full := func(from string) error {
		if strings.Contains(from, "da-1-bti-TOC") {
			return unix.ENOSPC
		}
		return nil
	}
	n := newSnapshotNode(t)
	n.backs(tag)
	_, err := saving().apply(t.Context(), n.host(), counted(&tally{}, full))
	enginetest.Refused(t, err, engine.ClassSpace, "no space left on device", "free space there")
	if strings.Contains(n.list(), tag) || len(n.noted()) > 0 {
		t.Errorf("noted %q, left is\n%s", n.noted(), n.list())
	}

	n = newSnapshotNode(t)
	n.backs(earlier)
	n.backs(tag)
	n.put(store+"/"+earlier+"/cassandra/data/x", "half")
	exec := n.Ground.OnExec
	n.Ground.OnExec = func(argv []string) (engine.Result, error) {
		if argv[1] == "clearsnapshot" {
			return engine.Result{Code: 1, Stderr: []byte("Connection refused")}, nil
		}
		return exec(argv)
	}
	_, err = saving().apply(t.Context(), n.host(), counted(&tally{}, full))
	enginetest.Refused(t, err, engine.ClassSpace, "what takes space: snapshot "+earlier, "clearsnapshot -t "+tag+" -- homer memento",
		earlier+" (incomplete: no manifest), 4 B, in "+store+"/"+earlier+"/cassandra")
}
