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
	for primary, argv := range map[bool]string{true: "nodetool repair -full -iuk -pr -- homer", false: "nodetool repair -full -iuk -- homer"} {
		n := newToolNode(t)
		step := &repairStep{Keyspace: "homer", PrimaryRange: primary, Timeout: time.Hour}
		planned, err := n.Plan(NodetoolRepair(), step)
		if err != nil || planned.Sign != engine.Changes || strings.Join(planned.Argv, " ") != argv || len(n.changes()) != 0 {
			t.Errorf("%+v, %v", planned, err)
		}
		_, out, err := n.Apply(NodetoolRepair(), step)
		if err != nil || len(out.Value.(RepairOut).Skipped) > 0 || !slices.Equal(n.changes(), []string{argv}) {
			t.Errorf("%+v, %v, sent %q", out, err, n.changes())
		}
	}
}

func TestRepairSkipsOneReplica(t *testing.T) {
	n := newToolNode(t)
	n.factor = "1"
	n.members[1] = "DN" + n.members[1][2:] // does not matter then
	c, _, err := n.Apply(NodetoolRepair(), &repairStep{Keyspace: "homer", Timeout: time.Hour})
	if err != nil || c.Sign != engine.Same || !strings.Contains(c.Summary, "one replica") || len(n.changes()) != 0 {
		t.Errorf("%+v %s, %v", c, c.Out, err)
	}
}

// everyKeyspace is what a restore of any keyspaces ends with: hints that it took away were of them all.
func everyKeyspace() *repairStep {
	return &repairStep{AllKeyspaces: true, PrimaryRange: true, Timeout: time.Hour}
}

const (
	repairHomer   = "nodetool repair -full -iuk -pr -- homer"
	repairMemento = "nodetool repair -full -iuk -pr -- memento"
)

func TestRepairOfEveryKeyspaceLeavesOutThoseWithOneReplica(t *testing.T) {
	n := newToolNode(t)
	both := []string{repairHomer, repairMemento}
	planned, err := n.Plan(NodetoolRepair(), everyKeyspace())
	if err != nil || planned.Sign != engine.Changes || planned.Argv != nil || !slices.Equal(planned.Details, []string{"$ " + repairHomer, "$ " + repairMemento}) {
		t.Errorf("%+v, %v", planned, err)
	}
	_, out, err := n.Apply(NodetoolRepair(), everyKeyspace())
	if err != nil || !slices.Equal(n.changes(), both) {
		t.Errorf("%v, sent %q", err, n.changes())
	}
	if did := out.Value.(RepairOut); !slices.Equal(did.Repaired, []string{"homer", "memento"}) || !slices.Equal(did.Skipped, []string{"system", "system_auth"}) {
		t.Errorf("%+v: %s", did, out.Note)
	}
	n.factor = "1"
	c, _, err := n.Apply(NodetoolRepair(), everyKeyspace())
	if err != nil || c.Sign != engine.Same || !strings.Contains(c.Summary, "skip homer, memento, system, system_auth") {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestRepairGoesOnBehindWhatIsRepaired: the second attempt of a task begins with the keyspace where the first one ended.
func TestRepairGoesOnBehindWhatIsRepaired(t *testing.T) {
	n := newToolNode(t)
	run := n.Ground.OnExec
	n.Ground.OnExec = func(argv []string) (engine.Result, error) {
		if strings.Join(argv, " ") == repairMemento {
			return nodetooltest.Golden(t, "5.0.8", "repair-replica-down"), nil
		}
		return run(argv)
	}
	if _, _, err := n.Apply(NodetoolRepair(), everyKeyspace()); err == nil || !strings.Contains(err.Error(), "repair memento: ") {
		t.Errorf("%v", err)
	}
	n.Ground.OnExec = run
	_, out, err := n.Apply(NodetoolRepair(), everyKeyspace())
	if want := []string{repairHomer, repairMemento, repairMemento}; err != nil || !slices.Equal(n.changes(), want) {
		t.Errorf("%v, sent %q, want %q", err, n.changes(), want)
	}
	if did := out.Value.(RepairOut); !slices.Equal(did.Repaired, []string{"homer", "memento"}) {
		t.Errorf("%+v", did)
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
		{map[string]string{"class": "org.apache.cassandra.locator.LocalStrategy"}, true},
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

// A member that goes down behind the plan is seen before the first keyspace, not in the middle of its repair.
func TestRepairLooksAtTheRingAgain(t *testing.T) {
	n := newToolNode(t)
	n.members[1] = "DN" + n.members[1][2:]
	_, err := everyKeyspace().Apply(t.Context(), engine.NewHost(n.actual(NodetoolRepair()), n.Marks), engine.Change{})
	if engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), "10.0.0.2 (site1, rack1) is down") || len(n.changes()) != 0 {
		t.Errorf("%v, sent %q", err, n.changes())
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
