package backup

import "path/filepath"

// The fixed names in a backup.
const (
	manifestName = "manifest.json"
	// prunedName is the manifest of a backup that is being deleted: no longer a backup, still the list of its files.
	prunedName   = "manifest.json.pruned"
	verifiedName = "verified.json"
	setName      = "set.json"
	dataName     = "data"
)

// Path is a path in the store: `<dir>/<id>/<source>/…`, the node's absolute path (see engine.Asker.Path).
func Path(dir, id, source string, parts ...string) string {
	return filepath.Join(append([]string{dir, id, source}, parts...)...)
}

// Rel is where the file f of table t lies below the source's directory: `data/<keyspace>/<table dir>/<name>`.
func (t Table) Rel(f File) string { return filepath.Join(dataName, t.Keyspace, t.Dir, f.Name) }

// Bytes is the size of all files of the table.
func (t Table) Bytes() int64 {
	var n int64
	for _, f := range t.Files {
		n += f.Size
	}
	return n
}

// Table finds a saved table by keyspace and name; nil if the backup lacks it.
func (m *Manifest) Table(keyspace, name string) *Table {
	for i := range m.Tables {
		if m.Tables[i].Keyspace == keyspace && m.Tables[i].Name == name {
			return &m.Tables[i]
		}
	}
	return nil
}

// In are the tables of one keyspace.
func (m *Manifest) In(keyspace string) []Table {
	var in []Table
	for _, t := range m.Tables {
		if t.Keyspace == keyspace {
			in = append(in, t)
		}
	}
	return in
}

// Keyspace finds a saved keyspace by name; nil if the backup lacks it.
func (m *Manifest) Keyspace(name string) *Keyspace {
	for i := range m.Keyspaces {
		if m.Keyspaces[i].Name == name {
			return &m.Keyspaces[i]
		}
	}
	return nil
}
