package cassandra

import (
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// restoredOn is a node after a restore that ran on the given nodes.
func restoredOn(t *testing.T, nodes ...string) *snapshotNode {
	t.Helper()
	n := newRestoreNode(t)
	staged := stageStep("homer")
	staged.Nodes = nodes
	n.must(StageRestore(), staged, engine.Creates)
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	return n
}

// A restore is taken back, and released, on all nodes that it ran on or on none: on one alone the others' rows would win.
func TestWholeRestoreOnly(t *testing.T) {
	n := restoredOn(t, "vellum-1", "vellum-2", "vellum-3")
	before := n.data()
	some := []string{"vellum-3", "vellum-1"}
	left := []string{"restored vellum-1, vellum-2, vellum-3", "vellum-2 is left out", "without --limit", "--input gone=vellum-2"}
	_, _, err := n.Apply(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: some})
	enginetest.Refused(t, err, engine.ClassPrecondition, append(left, "would win")...)
	_, _, err = n.Apply(ReleaseRestore(), &releaseRestore{Run: restoreRun, Nodes: some})
	enginetest.Refused(t, err, engine.ClassPrecondition, append(left, "as a whole")...)
	if now := n.data(); len(now) != len(before) {
		t.Errorf("changed all the same: %v", now)
	}
	all := append(some, "vellum-2")
	n.must(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: all}, engine.Changes)
	n.must(ReleaseRestore(), &releaseRestore{Run: restoreRun, Nodes: some}, engine.Destroys) // undone everywhere: nothing is left to agree about
}

// TestGoneIsGone: a node that the ring still has is not gone, whoever says so; the ring here has two members.
func TestGoneIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		nodes, gone []string
		serves      bool
		refused     bool
		says        string
	}{
		"lives":         {nodes: []string{"vellum-1"}, gone: []string{"vellum-2"}, serves: true, refused: true},
		"replaced":      {nodes: []string{"vellum-1", "vellum-3"}, gone: []string{"vellum-2"}, serves: true},
		"none is gone":  {nodes: []string{"vellum-1", "vellum-2"}, serves: true},
		"nobody to ask": {nodes: []string{"vellum-1"}, gone: []string{"vellum-2"}, says: "whether the ring has let go of vellum-2: Cassandra does not serve"},
	} {
		t.Run(name, func(t *testing.T) {
			n := restoredOn(t, "vellum-1", "vellum-2")
			if c.serves {
				n.serves(engine.Row{"keyspace_name": "homer", "table_name": "simservs", "id": simservsID})
			}
			undo, err := n.Plan(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: c.nodes, Gone: c.gone})
			release, err2 := n.Plan(ReleaseRestore(), &releaseRestore{Run: restoreRun, Nodes: c.nodes, Gone: c.gone})
			if c.refused {
				for _, err := range []error{err, err2} {
					enginetest.Refused(t, err, engine.ClassPrecondition, "vellum-2 is said to be gone", "1 node of this run", "10.0.0.2 (host id 22)", "removenode")
				}
				return
			}
			for _, change := range []engine.Change{undo, release} {
				if text := strings.Join(change.Unknown, "\n"); err != nil || err2 != nil || !strings.Contains(text, c.says) || c.says == "" && text != "" {
					t.Errorf("%q, %v, %v", text, err, err2)
				}
			}
		})
	}
}

// Where one does not know the nodes, the plan says that it did not look.
func TestWholeRestoreUnknown(t *testing.T) {
	for name, n := range map[string]*snapshotNode{"not recorded": restoredOn(t), "not told": restoredOn(t, "vellum-1", "vellum-2")} {
		var now []string
		if name == "not recorded" {
			now = []string{"vellum-1"}
		}
		undo, err := n.Plan(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: now})
		release, err2 := n.Plan(ReleaseRestore(), &releaseRestore{Run: restoreRun, Nodes: now})
		for _, c := range []engine.Change{undo, release} {
			if err != nil || err2 != nil || !slices.ContainsFunc(c.Unknown, func(l string) bool { return strings.HasSuffix(l, "are in this one: they were not named") }) {
				t.Errorf("%s: %q, %v, %v", name, c.Unknown, err, err2)
			}
		}
	}
}

// TestRestoreState follows one restore from staging to its release, undone and not.
func TestRestoreState(t *testing.T) {
	look := func(n *snapshotNode, state, live string) {
		t.Helper()
		c, err := n.Plan(RestoreState(), &restoreState{Run: restoreRun})
		want := RestoreStateOut{Node: "vellum-1", State: state, Live: live}
		if err != nil || c.Sign != engine.Same || string(c.Out) != string(engine.Encode(want)) {
			t.Errorf("%+v, %v, want %+v", c, err, want)
		}
	}
	n := newRestoreNode(t)
	look(n, "none", "none")
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.must(StageRestore(), stageStep("memento"), engine.Creates)
	look(n, "staged", "before")
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
	look(n, "open", "between")
	n.must(RestoreKeyspace(), restoreStep("memento"), engine.Changes)
	look(n, "restored", "restored")
	n.must(ReleaseRestore(), &releaseRestore{Run: restoreRun}, engine.Destroys)
	look(n, "released", "restored")

	n = restoredOn(t)
	n.must(UndoRestore(), &undoRestore{Run: restoreRun}, engine.Changes)
	look(n, "undone", "before")
	n.must(ReleaseRestore(), &releaseRestore{Run: restoreRun}, engine.Destroys)
	look(n, "released", "before")
}
