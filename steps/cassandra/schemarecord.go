package cassandra

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// createdRecord is `<data dir>/../tidemark/<run>/schema.json` on the node through which a run creates keyspaces and
// tables. Each is noted durably right before it is created: so the run knows again what it was interrupted in, and its
// undo what there is to drop. nil is a run that created nothing through this node.
type createdRecord struct {
	Format    int            `json:"format"`
	Run       string         `json:"run"`
	Backup    string         `json:"backup"`
	Keyspaces []string       `json:"keyspaces"`
	Tables    []createdTable `json:"tables"`
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

// made tells whether the run created this live table.
func (r *createdRecord) made(live cql.Table) bool {
	return r != nil && slices.ContainsFunc(r.Tables, func(t createdTable) bool { return t.is(live) })
}

// readCreated reads the record of run; nil without an error if there is none.
func readCreated(a engine.Asker, dataDirs []string, run string) (*createdRecord, error) {
	path := filepath.Join(home(dataDirs, run), createdName)
	data, err := os.ReadFile(a.Path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	r := &createdRecord{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, engine.Failf(engine.ClassPrecondition, "%s is damaged: %w", path, err)
	}
	if r.Format < 1 || r.Format > createdFormat {
		return nil, engine.Failf(engine.ClassPrecondition, "%s has format %d, this build reads 1 to %d", path, r.Format, createdFormat)
	}
	return r, nil
}

// save writes the record durably beside the first data directory.
func (r *createdRecord) save(a engine.Asker, dataDirs []string) error {
	r.Format = createdFormat
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", createdName, err)
	}
	dir := a.Path(home(dataDirs, r.Run))
	if err := (hand{}).own(dir); err != nil {
		return err
	}
	return hand{}.write(filepath.Join(dir, createdName), append(data, '\n'), owner{os.Getuid(), os.Getgid(), 0o600})
}

// addKeyspace and addTable note what is to be created next.
func (r *createdRecord) addKeyspace(name string) {
	if !slices.Contains(r.Keyspaces, name) {
		r.Keyspaces = append(r.Keyspaces, name)
	}
}

func (r *createdRecord) addTable(t backup.Table) {
	if c := (createdTable{t.Keyspace, t.Name, savedID(t)}); !slices.Contains(r.Tables, c) {
		r.Tables = append(r.Tables, c)
	}
}

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
