package cassandra

import (
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

const (
	createdName   = "schema.json"
	createdFormat = 1
)

// createdRecord is `<data dir>/../tidemark/<run>/schema.json`, on each node, of what a run creates. On the node through
// which it creates keyspaces and tables each is noted durably right before: so the run knows again what it was interrupted
// in, and its undo what there is to drop. nil is a run that neither foresaw nor created anything here.
type createdRecord struct {
	Format    int            `json:"format"`
	Run       string         `json:"run"`
	Backup    string         `json:"backup"`
	Keyspaces []string       `json:"keyspaces"`
	Tables    []createdTable `json:"tables"`
	// Types are user types, each as KEYSPACE.TYPE. They have no id, and are never dropped: the undo names them.
	Types []string `json:"types,omitempty"`
	// Foreseen is what was missing before any node created anything; nil where nobody looked on this node.
	Foreseen *foreseen `json:"foreseen,omitempty"`
	// Undone is what became of it; nil as long as nobody took the run back.
	Undone *UndoSchemaOut `json:"undone,omitempty"`
}

// createdTable is a table with the id that the saved schema gives it; one that was dropped and created again since has
// another.
type createdTable struct {
	Keyspace string `json:"keyspace"`
	Name     string `json:"name"`
	ID       string `json:"id"`
}

func (t createdTable) String() string { return t.Keyspace + "." + t.Name }

// is tells whether a live table is this one.
func (t createdTable) is(live cql.Table) bool {
	return live.Keyspace == t.Keyspace && live.Name == t.Name && live.ID != "" && strings.EqualFold(live.ID, t.ID)
}

// place is the table's directory as the records of swaps name it.
func (t createdTable) place() string {
	return filepath.Join(t.Keyspace, tableDir(cql.Table{Name: t.Name, ID: strings.ToLower(t.ID)}))
}

// made tells whether the run created this live table, through whichever node.
func (r *createdRecord) made(live cql.Table) bool {
	return r != nil && slices.ContainsFunc(r.all().Tables, func(t createdTable) bool { return t.is(live) })
}

// readCreated reads the record of run; nil without an error if there is none.
func readCreated(a engine.Asker, dataDirs []string, run string) (*createdRecord, error) {
	r := &createdRecord{}
	there, err := readOwn(a, dataDirs, run, createdName, createdFormat, r)
	if err != nil || !there {
		return nil, err
	}
	return r, nil
}

// save writes the record durably beside the first data directory.
func (r *createdRecord) save(a engine.Asker, dataDirs []string) error {
	r.Format = createdFormat
	return writeOwn(hand{}, a, dataDirs, r.Run, createdName, r)
}

// addKeyspace and addTable note what is to be created next; missing are the user types that there are not yet.
func (r *createdRecord) addKeyspace(name string) {
	if !slices.Contains(r.Keyspaces, name) {
		r.Keyspaces = append(r.Keyspaces, name)
	}
}

func (r *createdRecord) addTable(t backup.Table, missing []string) {
	for _, name := range typesOf(t) {
		if slices.Contains(missing, name) {
			r.Types = union(r.Types, []string{name})
		}
	}
	if c := createdOf(t); !slices.Contains(r.Tables, c) {
		r.Tables = append(r.Tables, c)
	}
}

// createdOf is the table that the saved schema creates.
func createdOf(t backup.Table) createdTable { return createdTable{t.Keyspace, t.Name, savedID(t)} }

// savedID is the id that the saved CREATE TABLE gives the table; "" where it has none.
func savedID(t backup.Table) string {
	for _, s := range statements(t.Create) {
		_, options, _ := splitWith(s)
		for _, o := range options {
			if name, id, _ := strings.Cut(o, "="); strings.EqualFold(strings.TrimSpace(name), "ID") {
				return strings.TrimSpace(id)
			}
		}
	}
	return ""
}
