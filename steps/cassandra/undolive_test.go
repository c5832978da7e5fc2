package cassandra

import (
	"slices"
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

// TestUndoLooksForTheTablesInVain: of a restore that stands half-way Cassandra is down; the plan says that it did not look.
func TestUndoLooksForTheTablesInVain(t *testing.T) {
	n := restoredOn(t, "vellum-1")
	c, err := n.Plan(UndoRestore(), &undoRestore{Run: restoreRun, Nodes: []string{"vellum-1"}})
	if err != nil || !slices.ContainsFunc(c.Details, func(l string) bool { return strings.HasPrefix(l, "whether the tables are still those of the restore") }) {
		t.Errorf("%q, %v", c.Details, err)
	}
}
