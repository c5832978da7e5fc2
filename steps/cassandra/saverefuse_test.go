package cassandra

import (
	"os"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
)

func TestSaveRefuses(t *testing.T) {
	cases := map[string]struct {
		spoil func(n *snapshotNode)
		words []string
	}{
		"no snapshot": {
			func(n *snapshotNode) { n.clear(tag, "homer", "memento") },
			[]string{"snapshot " + tag + " of homer, memento is absent on vellum-1"},
		},
		"partial snapshot": {
			func(n *snapshotNode) { n.clear(tag, "memento") },
			[]string{"is partial on vellum-1"},
		},
		"another run's backup": {func(n *snapshotNode) {
			n.put(backup.Path(store, tag, backup.Cassandra, "manifest.json"), `{"format":1,"backup":"`+tag+`","run":"other","source":"cassandra","node":"vellum-1"}`)
		}, []string{"exists already on vellum-1: saved by run other"}},
		"a file of the snapshot is gone": {func(n *snapshotNode) {
			_ = os.Remove(n.disks()[0] + "/homer/" + simservs + "/snapshots/" + tag + "/nb-1-big-Data.db")
		}, []string{"manifest.json names nb-1-big-Data.db, which is not there"}},
		"one name on two disks": {func(n *snapshotNode) {
			n.put("/disk2/data/homer/"+simservs+"/snapshots/"+tag+"/nb-1-big-TOC.txt", "x")
		}, []string{"two data directories hold a file nb-1-big-TOC.txt"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n := newSnapshotNode(t)
			n.take(tag, []string{"homer", "memento"})
			c.spoil(n)
			_, _, err := n.Apply(SaveSnapshot(), saving())
			enginetest.Refused(t, err, engine.ClassPrecondition, c.words...)
		})
	}
}

// TestSaveRefusesASetThatLeavesAMemberOut: such a set would count as complete and could not be restored.
func TestSaveRefusesASetThatLeavesAMemberOut(t *testing.T) {
	n := newSnapshotNode(t)
	n.Facts.Add([]engine.Fact{{Key: factSnapshot(tag), Value: present}})
	step := saving()
	step.Nodes = []string{"vellum-1"}
	_, err := n.Plan(SaveSnapshot(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "ring has 2 members, the backup would hold 1 (vellum-1)", "10.0.0.2", "--limit")
}

func TestSaveIsPlannedAfterAPlannedSnapshot(t *testing.T) {
	n := newSnapshotNode(t)
	if _, err := n.Plan(SaveSnapshot(), saving()); err == nil {
		t.Error("planned without a snapshot")
	}
	n = newSnapshotNode(t)
	if _, err := n.Plan(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}}); err != nil {
		t.Fatal(err)
	}
	c, err := n.Plan(SaveSnapshot(), saving())
	if err != nil || c.Bytes == 0 || !strings.Contains(c.Details[0], linksNote) {
		t.Errorf("%+v, %v", c, err)
	}
	if entries, _ := os.ReadDir(n.Ground.Dir + "/var/lib/tidemark"); len(entries) > 0 {
		t.Error("a dry run wrote files")
	}
}

func TestSaveForgetsAnEarlierVerification(t *testing.T) {
	n := newSnapshotNode(t)
	n.take(tag, []string{"homer", "memento"})
	n.put(backup.Path(store, tag, backup.Cassandra, "verified.json"), `{"depth":"checksums"}`)
	if _, _, err := n.Apply(SaveSnapshot(), saving()); err != nil {
		t.Fatal(err)
	}
	if v, err := backup.ReadVerified(n.Ground.Dir + backup.Path(store, tag, backup.Cassandra)); v != nil || err != nil {
		t.Errorf("%+v, %v", v, err)
	}
}
