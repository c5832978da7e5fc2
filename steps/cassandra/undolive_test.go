package cassandra

import (
	"maps"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/cassconf"
)

// serves lets Cassandra serve again, while a plan expects its stop: so an undo is planned behind a restore.
func (n *snapshotNode) serves(tables ...engine.Row) {
	n.Ground.Open = map[string]bool{"10.0.0.1:9042": true}
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		if strings.Contains(q.Statement, "FROM system_schema.tables") {
			return tables, nil
		}
		return n.query(q)
	}
	n.Facts.Add([]engine.Fact{{Key: cassconf.FactRunning, Value: cassconf.Stopped}, {Key: factClean, Value: "true"}})
}

// TestUndoLooksForTheTables: an undo brings old rows back only where a table reads them.
func TestUndoLooksForTheTables(t *testing.T) {
	table := func(id string) []engine.Row {
		return []engine.Row{{"keyspace_name": "homer", "table_name": "simservs", "id": id}}
	}
	for name, c := range map[string]struct {
		live  []engine.Row
		says  string
		fails bool
	}{
		"as restored":   {live: table(simservsID)},
		"dropped":       {says: "homer/" + simservs + ": the table was dropped since"},
		"created again": {live: table(callsID), says: "table homer.simservs was dropped and created again since run " + restoreRun, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			n := restoredOn(t, "vellum-1")
			n.serves(c.live...)
			change, err := n.Plan(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: []string{"vellum-1"}})
			if c.fails {
				enginetest.Refused(t, err, engine.ClassPrecondition, c.says, "WITH ID = "+simservsID, "backup "+tag)
				return
			}
			if err != nil || (c.says != "") != (len(change.Details) > 1) || !strings.Contains(strings.Join(change.Details, "\n"), c.says) {
				t.Errorf("%q, %v", change.Details, err)
			}
		})
	}
}

// TestUndoLooksForTheDirectories: of a Cassandra that is down the directories tell whether a table was created again since.
func TestUndoLooksForTheDirectories(t *testing.T) {
	const again = "/disk2/data/homer/simservs-0001af20e6dc11f194afabbca74eff8c/"
	for name, c := range map[string]struct {
		change        func(*snapshotNode)
		says, unknown string
		refused       bool
	}{
		"as restored": {says: "= no table was created again since the restore"},
		"created again": {
			change:  func(n *snapshotNode) { n.put(again+"nb-1-big-Data.db", "new") },
			refused: true,
		},
		"created again and empty": {
			change:  func(n *snapshotNode) { n.put(again+"backups/.keep", "") },
			unknown: "simservs-0001af20e6dc11f194afabbca74eff8c has come since the restore",
		},
		"created again, half-way": {
			change: func(n *snapshotNode) {
				n.put(again+"nb-1-big-Data.db", "new")
				n.reworded(func(r *swapRecord) { r.enter(stateUndoing) })
			},
			unknown: "simservs-0001af20e6dc11f194afabbca74eff8c has come since the restore",
		},
		"not noted": {
			change:  func(n *snapshotNode) { n.reworded(func(r *swapRecord) { r.Beside = nil }) },
			unknown: "whether the tables are still those of the restore",
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := restoredOn(t, "vellum-1")
			if c.change != nil {
				c.change(n)
			}
			change, err := n.Plan(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: []string{"vellum-1"}})
			if c.refused {
				enginetest.Refused(t, err, engine.ClassPrecondition, "table homer.simservs was dropped and created again since run "+restoreRun, "WITH ID = "+simservsID)
				return
			}
			lines, unknown := strings.Join(change.Details, "\n"), strings.Join(change.Unknown, "\n")
			if err != nil || !strings.Contains(lines, c.says) || !strings.Contains(unknown, c.unknown) || (c.unknown == "") != (unknown == "") {
				t.Errorf("%q, unknown %q, %v", lines, unknown, err)
			}
		})
	}
}

// reworded changes the record of the restore.
func (n *snapshotNode) reworded(change func(*swapRecord)) {
	n.T.Helper()
	r, err := readRecord(n.host(), []string{"/var/lib/cassandra/data", "/disk2/data"}, restoreRun)
	if err != nil {
		n.T.Fatal(err)
	}
	if change(r); r.save(hand{}, n.host()) != nil {
		n.T.Fatal("not written")
	}
}

// TestTheExchangeLooksForTheDirectories: a table that was created again since its files were laid ready reads another directory, and
// what came into the old one would be seen by nobody.
func TestTheExchangeLooksForTheDirectories(t *testing.T) {
	const again = "/disk2/data/homer/simservs-0001af20e6dc11f194afabbca74eff8c/"
	n := newRestoreNode(t)
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.put(again+"nb-1-big-Data.db", "new")
	n.must(StageRestore(), stageStep("memento"), engine.Creates) // which looks at its own tables alone
	n.stop()
	before := n.data()
	_, _, err := n.Apply(RestoreKeyspace(), restoreStep("homer"))
	enginetest.Refused(t, err, engine.ClassPrecondition, "homer.simservs was created again since its files were laid ready", "simservs-0001af20e6dc11f194afabbca74eff8c", "monit start")
	if now := n.data(); !maps.Equal(now, before) {
		t.Errorf("changed all the same: %v", now)
	}
	ask := n.Ground.OnQuery // Cassandra is started, and laid ready is for the new table
	n.answer("system_schema.tables WHERE", "id", callsID)
	n.Ground.Open = map[string]bool{"10.0.0.1:9042": true}
	n.must(StageRestore(), stageStep("homer"), engine.Creates)
	n.Ground.OnQuery = ask
	n.stop()
	n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
}
