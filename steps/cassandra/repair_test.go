package cassandra

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/nodetool/nodetooltest"
)

func TestRepairRunsTheExactCommand(t *testing.T) {
	for primary, argv := range map[bool]string{true: "nodetool repair -full -pr -- homer", false: "nodetool repair -full -- homer"} {
		n := newToolNode(t)
		step := &repairStep{Keyspace: "homer", PrimaryRange: primary, Timeout: time.Hour}
		planned, err := n.Plan(NodetoolRepair(), step)
		if err != nil || planned.Sign != engine.Changes || strings.Join(planned.Argv, " ") != argv || len(n.changes()) != 0 {
			t.Errorf("%+v, %v", planned, err)
		}
		_, out, err := n.Apply(NodetoolRepair(), step)
		if err != nil || out.Value.(RepairOut).Skipped != "" || !slices.Equal(n.changes(), []string{argv}) {
			t.Errorf("%+v, %v, sent %q", out, err, n.changes())
		}
	}
}

func TestRepairSkipsOneReplica(t *testing.T) {
	n := newToolNode(t)
	n.factor = "1"
	n.members[1] = "DN" + n.members[1][2:] // does not matter then
	c, _, err := n.Apply(NodetoolRepair(), &repairStep{Keyspace: "homer", Timeout: time.Hour})
	if err != nil || c.Sign != engine.Same || !strings.Contains(string(c.Out), "one replica") || len(n.changes()) != 0 {
		t.Errorf("%+v %s, %v", c, c.Out, err)
	}
}

func TestSingle(t *testing.T) {
	for _, c := range []struct {
		replication map[string]string
		want        bool
	}{
		{map[string]string{"class": "SimpleStrategy", "replication_factor": "1"}, true},
		{map[string]string{"class": "SimpleStrategy", "replication_factor": "2"}, false},
		{map[string]string{"class": "NetworkTopologyStrategy", "site1": "1"}, true},
		{map[string]string{"class": "NetworkTopologyStrategy", "site1": "1", "site2": "1"}, false},
		{map[string]string{"class": "NetworkTopologyStrategy", "site1": "1", "site2": "0"}, true},
		{map[string]string{"class": "SimpleStrategy", "replication_factor": "3/1"}, false},
		{map[string]string{"class": "Own", "copies": "many"}, false},
		{nil, false},
	} {
		if got := single(c.replication); got != c.want {
			t.Errorf("%v: %t", c.replication, got)
		}
	}
}

func TestRepairRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		keyspace string
		arrange  func(n *toolNode)
		words    string
	}{
		"a member is down":     {"homer", func(n *toolNode) { n.members[1] = "DN" + n.members[1][2:] }, "10.0.0.2 (site1, rack1) is down"},
		"a member leaves":      {"homer", func(n *toolNode) { n.members[1] = "UL" + n.members[1][2:] }, "10.0.0.2 (site1, rack1) is leaving"},
		"no such keyspace":     {"nosuch", func(*toolNode) {}, "keyspace nosuch does not exist"},
		"Cassandra is down":    {"homer", func(n *toolNode) { n.become("") }, "does not serve"},
		"Cassandra is drained": {"homer", func(n *toolNode) { n.become("DRAINED") }, "does not serve"},
	} {
		n := newToolNode(t)
		c.arrange(n)
		_, _, err := n.Apply(NodetoolRepair(), &repairStep{Keyspace: c.keyspace, Timeout: time.Hour})
		if engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), c.words) || len(n.changes()) != 0 {
			t.Errorf("%s: %v, sent %q", name, err, n.changes())
		}
	}
}

func TestRepairThatFails(t *testing.T) {
	n := newToolNode(t)
	n.answers["repair"] = nodetooltest.Golden(t, "5.0.8", "repair-replica-down")
	_, _, err := n.Apply(NodetoolRepair(), &repairStep{Keyspace: "homer", Timeout: time.Hour})
	if engine.ClassOf(err) != engine.ClassExit || engine.ExitOf(err) != 2 || !strings.Contains(err.Error(), "Endpoint not alive") || len(err.Error()) > 400 || engine.NextOf(err) == "" {
		t.Errorf("%v", err)
	}
}

func TestRepairAfterAPlannedStart(t *testing.T) {
	n := newToolNode(t)
	n.become("")
	n.Facts = engine.NewFacts(map[string]string{cassconf.FactRunning: cassconf.Runs})
	c, err := n.Plan(NodetoolRepair(), &repairStep{Keyspace: "homer", Timeout: time.Hour})
	if err != nil || c.Sign != engine.NotKnown || len(c.Unknown) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}
