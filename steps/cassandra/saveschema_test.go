package cassandra

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
)

// TestSaveRefusesASchemaThatWasChanged: the snapshot has files and statements of one moment, so the tables of a later one must not
// be written beside them, nor one be left out that the snapshot has.
func TestSaveRefusesASchemaThatWasChanged(t *testing.T) {
	for name, change := range map[string]func(*snapshotNode){
		"column altered": func(n *snapshotNode) { n.answer("system_schema.columns", "type", "blob") },
		"column added": func(n *snapshotNode) {
			n.addRow("system_schema.columns", engine.Row{"keyspace_name": "homer", "table_name": "simservs", "column_name": "new", "type": "text", "kind": "regular", "position": -1})
		},
		"table dropped": func(n *snapshotNode) { n.drop("call_lists") },
		"replication": func(n *snapshotNode) {
			n.answer("system_schema.keyspaces", "replication", map[string]string{"class": "SimpleStrategy", "replication_factor": "1"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newSnapshotNode(t)
			n.backs(tag)
			change(n)
			_, _, err := n.Apply(SaveSnapshot(), saving())
			enginetest.Refused(t, err, engine.ClassPrecondition, "the schema of homer, memento was changed since snapshot "+tag+" was taken", "another backup")
		})
	}
	n := newSnapshotNode(t)
	n.backs(tag)
	step := saving()
	slices.Reverse(step.Keyspaces)
	if _, _, err := n.Apply(SaveSnapshot(), step); err != nil {
		t.Error("unchanged:", err)
	}
}

// drop takes a table out of the made-up server's schema; its directory and its snapshots stay.
func (n *snapshotNode) drop(table string) {
	ask := n.Ground.OnQuery
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		rows, err := ask(q)
		return slices.DeleteFunc(rows, func(r engine.Row) bool { return r["table_name"] == table }), err
	}
}

// TestSaveRefusesAStatementThatNoRestoreTakes: what cannot be restored must not count as a backup.
func TestSaveRefusesAStatementThatNoRestoreTakes(t *testing.T) {
	schema := "/disk2/data/homer/" + simservs + "/snapshots/" + tag + "/schema.cql"
	for text, words := range map[string]string{
		"":                          "snapshot " + tag + " of homer, memento is partial", // begun when the power failed
		"/* omitted */":             "homer.simservs has 0 CREATE TABLE statements",
		"DROP TABLE homer.simservs": "holds a statement that is not expected there: DROP TABLE",
	} {
		n := newSnapshotNode(t)
		n.backs(tag)
		n.put(schema, text)
		_, _, err := n.Apply(SaveSnapshot(), saving())
		enginetest.Refused(t, err, engine.ClassPrecondition, words)
	}
}

// TestSaveTakesNoTableOfAnEarlierSnapshot: one that was cleared and taken anew is of another moment, and so are all its tables.
func TestSaveTakesNoTableOfAnEarlierSnapshot(t *testing.T) {
	n := newSnapshotNode(t)
	live := n.disks()[1] + "/homer/" + simservs
	if err := os.Truncate(live+"/nb-2-big-Data.db", worthMarking); err != nil {
		t.Fatal(err)
	}
	n.backs(tag)
	_, err := saving().apply(t.Context(), n.host(), counted(&tally{}, func(from string) error {
		if strings.Contains(from, "da-1-bti-Statistics") {
			return os.ErrPermission
		}
		return nil
	}))
	if err == nil {
		t.Fatal("not cut off")
	}
	n.clear(tag, "homer", "memento")
	for _, f := range []string{"Data.db", "Index.db", "Statistics.db", "TOC.txt", "Digest.crc32"} { // compacted meanwhile
		if err := os.Rename(live+"/nb-2-big-"+f, live+"/nb-5-big-"+f); err != nil {
			t.Fatal(err)
		}
	}
	n.backs(tag)
	if _, _, err := n.Apply(SaveSnapshot(), saving()); err != nil {
		t.Fatal(err)
	}
	files := n.open().Table("homer", "simservs").Files
	if !slices.ContainsFunc(files, func(f backup.File) bool { return f.Name == "nb-5-big-Data.db" }) || slices.ContainsFunc(files, func(f backup.File) bool { return strings.HasPrefix(f.Name, "nb-2-") }) {
		t.Errorf("%+v", files)
	}
}
