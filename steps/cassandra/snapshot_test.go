package cassandra

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func TestSnapshot(t *testing.T) {
	n := newSnapshotNode(t)
	n.take("other-tool", []string{"homer"})
	step := &snapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}}
	c, out, err := n.Apply(Snapshot(), step)
	if err != nil || c.Sign != engine.Creates || strings.Join(c.Argv, " ") != "nodetool snapshot -t "+tag+" -- homer memento" {
		t.Fatalf("%+v, %v", c, err)
	}
	if s := out.Value.(SnapshotOut); s.Tables != 2 || s.Time.Format("15:04:05.0") != "01:02:04.5" {
		t.Errorf("%+v", s)
	}
	c, _, err = n.Apply(Snapshot(), step) // settling asks the real state: it is done
	if err != nil || c.Sign != engine.Same || len(c.Out) == 0 {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = n.Plan(Snapshot(), step)
	enginetest.Refused(t, err, engine.ClassPrecondition, "snapshot "+tag+" exists already on vellum-1", "start a new run")
	if !strings.Contains(n.list(), "other-tool") {
		t.Error("the other tool's snapshot is gone")
	}
}

func TestSnapshotThatWasCutOffIsTakenAnew(t *testing.T) {
	for name, part := range map[string]string{"table": "", "record": "/manifest.json", "schema": "/schema.cql"} {
		t.Run(name, func(t *testing.T) {
			n := newSnapshotNode(t)
			n.take(tag, []string{"homer", "memento"})
			n.take("other-tool", []string{"memento"})
			if err := os.RemoveAll(n.disks()[1] + "/memento/" + calls + "/snapshots/" + tag + part); err != nil {
				t.Fatal(err)
			}
			c, out, err := n.Apply(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}})
			if err != nil || c.Sign != engine.Creates || !strings.Contains(c.Details[0], "it lacks memento.call_lists") {
				t.Fatalf("%+v, %v", c, err)
			}
			if out.Value.(SnapshotOut).Tables != 2 || !slices.Contains(n.Ground.Calls(), "nodetool clearsnapshot -t "+tag+" -- homer memento") {
				t.Errorf("%+v, %q", out, n.Ground.Calls())
			}
			if !strings.Contains(n.list(), "other-tool") {
				t.Error("the other tool's snapshot is gone")
			}
		})
	}
}

func TestSnapshotWithOnlyADirectoryIsNotAbsent(t *testing.T) {
	n := newSnapshotNode(t)
	n.put("/var/lib/cassandra/data/homer/"+simservs+"/snapshots/"+tag+"/nb-1-big-Data.db", "x")
	c, _, err := n.Apply(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"homer"}})
	if err != nil || len(c.Details) != 1 || !strings.Contains(c.Details[0], "cleared first") {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestSnapshotRefusesATagThatLiesElsewhere(t *testing.T) {
	n := newSnapshotNode(t)
	n.put("/var/lib/cassandra/data/homer/simservs-00000000000000000000000000000000/snapshots/"+tag+"/manifest.json", "{}")
	_, err := n.Plan(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"memento"}})
	enginetest.Refused(t, err, engine.ClassPrecondition, "exists already")
}

func TestSnapshotBelievesNoWordOfSuccess(t *testing.T) {
	n := newSnapshotNode(t)
	n.skip = []string{calls}
	_, _, err := n.Apply(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}})
	enginetest.Refused(t, err, engine.ClassIO, "ended with status 0", "memento.call_lists")
}

func TestSnapshotRefuses(t *testing.T) {
	cases := map[string]struct {
		spoil     func(n *snapshotNode)
		keyspaces []string
		words     []string
	}{
		"unknown keyspace": {func(*snapshotNode) {}, []string{"homer", "nosuch"}, []string{"keyspace nosuch does not exist; this cluster has homer, memento"}},
		"none":             {func(*snapshotNode) {}, nil, []string{"keyspaces is empty"}},
		"old version":      {func(n *snapshotNode) { n.release = "3.11.19" }, []string{"homer"}, []string{"Cassandra 3.11.19 is not supported"}},
		"not running":      {func(n *snapshotNode) { n.Ground.Open = nil }, []string{"homer"}, []string{"Cassandra does not serve on vellum-1", "monit start -g cassandra"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n := newSnapshotNode(t)
			c.spoil(n)
			_, err := n.Plan(Snapshot(), &snapshot{Tag: tag, Keyspaces: c.keyspaces})
			enginetest.Refused(t, err, engine.ClassPrecondition, c.words...)
			if len(n.Ground.Calls()) > 0 {
				t.Errorf("asked %q", n.Ground.Calls())
			}
		})
	}
}

func TestSnapshotIsPlannedBeforeCassandraIsStarted(t *testing.T) {
	n := newSnapshotNode(t)
	n.Ground.Open = nil
	n.Facts.Add([]engine.Fact{{Key: "cassandra.running", Value: "true"}})
	c, err := n.Plan(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"homer"}})
	if err != nil || c.Sign != engine.NotKnown || len(c.Unknown) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// nodetool's word is not taken for it, whichever table's part is left: here that of one dropped since.
func TestClearedSnapshotIsProvedInTheDirectories(t *testing.T) {
	for left, cleared := range map[string]bool{
		"/homer/" + simservs + "/snapshots/" + tag:                         false,
		"/homer/dropped-00000000000000000000000000000000/snapshots/" + tag: false,
		"/memento/" + calls + "/snapshots/" + tag:                          true, // another keyspace's
		"/homer/" + simservs + "/snapshots/nightly":                        true, // another tool's
	} {
		n := newSnapshotNode(t)
		n.put("/var/lib/cassandra/data"+left+"/manifest.json", "{}")
		n.Ground.OnExec = func([]string) (engine.Result, error) { return engine.Result{}, nil }
		k := Snapshot()
		err := clearSnapshot(t.Context(), engine.NewHost(engine.NewView(&k, n.Ground, n.Facts, n.Run, "vellum-1"), n.Marks), tag, []string{"homer"})
		if cleared && err != nil {
			t.Errorf("%s: %v", left, err)
		}
		if !cleared {
			enginetest.Refused(t, err, engine.ClassExit, "ended with status 0", left+" is still there")
		}
	}
}
