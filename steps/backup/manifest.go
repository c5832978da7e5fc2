package backup

import "time"

// Format is the manifest version this build writes, and the newest it reads.
const Format = 1

// Cassandra is the source name of Cassandra's part of a backup.
const Cassandra = "cassandra"

// Manifest describes what one node saved of one source; a backup counts only with it, so it is written last.
type Manifest struct {
	Format int `json:"format"`
	// Backup is the set's id, the same on all nodes; Run is the run that saved it.
	Backup string `json:"backup"`
	Run    string `json:"run"`
	Source string `json:"source"`
	Site   string `json:"site,omitempty"`
	// Node is the name of the node that saved this; Nodes are all nodes of the set, this one among them.
	Node   string   `json:"node"`
	Nodes  []string `json:"nodes"`
	Server Server   `json:"server"`
	Times  Times    `json:"times"`
	// Keyspaces are sorted by name, Tables by keyspace and name.
	Keyspaces []Keyspace `json:"keyspaces"`
	Tables    []Table    `json:"tables"`
	Totals    Totals     `json:"totals"`
	// Counts says how the tables' rows were counted; nil when they were not.
	Counts *Counts `json:"counts,omitempty"`

	sum string // sha256 of the file it was read from or written to
}

// Server is the ring member that was saved. Tokens decide which ranges its files hold.
type Server struct {
	HostID      string   `json:"host_id"`
	Cluster     string   `json:"cluster"`
	Version     string   `json:"version"`
	Partitioner string   `json:"partitioner"`
	DC          string   `json:"dc"`
	Rack        string   `json:"rack"`
	Tokens      []string `json:"tokens"`
	// SchemaVersion is the schema all nodes agreed on, as the server named it.
	SchemaVersion string `json:"schema_version,omitempty"`
	// DataDirs are the server's data directories; File.Disk counts in this list.
	DataDirs []string `json:"data_dirs"`
}

// Times are by the node's own clock, in UTC.
type Times struct {
	// Snapshot is when Cassandra took the snapshot; how far the nodes of a set are apart (the skew) stands in
	// Seal.Skew, since one node alone cannot know it.
	Snapshot time.Time `json:"snapshot"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
}

// Keyspace is what the snapshot's schema.cql does not hold: it has no CREATE KEYSPACE.
type Keyspace struct {
	Name        string            `json:"name"`
	Replication map[string]string `json:"replication"`
	Durable     bool              `json:"durable_writes"`
}

// Table is one saved table with its schema and files.
type Table struct {
	Keyspace string `json:"keyspace"`
	Name     string `json:"name"`
	// ID is the table id with dashes; Dir is `<name>-<32 hex>`, the directory's name live and in the backup.
	ID         string    `json:"id"`
	Dir        string    `json:"dir"`
	Columns    []Column  `json:"columns"`
	Dropped    []Dropped `json:"dropped,omitempty"`
	Flags      []string  `json:"flags,omitempty"`
	DefaultTTL int       `json:"default_ttl,omitempty"`
	GCGrace    int       `json:"gc_grace,omitempty"`
	Indexes    []string  `json:"indexes,omitempty"`
	// Types are the user types that the columns are made of, with their fields.
	Types map[string]string `json:"types,omitempty"`
	// Create is the snapshot's schema.cql as it is: types, the table with its id, dropped columns, indexes.
	Create string `json:"create"`
	// Files are SSTable components only, sorted by name.
	Files []File `json:"files"`
	// Rows counts the rows in this node's primary ranges, if counting was asked for; Expiring are those of them that
	// have a time to live, so that a later count may miss them without any loss.
	Rows     *int64 `json:"rows,omitempty"`
	Expiring int64  `json:"expiring,omitempty"`
}

// Counts are the circumstances of the tables' Rows.
type Counts struct {
	// Basis is quiet where nothing wrote between snapshot and count, so that Rows are exact; else live.
	Basis string `json:"basis"`
	// Left is why tables have no Rows, "" where all have.
	Left string `json:"left,omitempty"`
}

// Column is a column as system_schema.columns has it.
type Column struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Kind     string `json:"kind"`
	Position int    `json:"position"`
	Order    string `json:"order,omitempty"`
}

// Dropped is a column that was dropped; old files may still hold its cells.
type Dropped struct {
	Name string    `json:"name"`
	Type string    `json:"type"`
	Time time.Time `json:"time"`
}

// File is one SSTable component.
type File struct {
	// Name is relative to the table directory; components of an index are `.<index>/<component>`.
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Disk is the index in Server.DataDirs of the directory the file came from.
	Disk int `json:"disk,omitempty"`
	// Linked: the inode was Cassandra's own when saved. Never chmod, chown or write it.
	Linked bool `json:"linked,omitempty"`
}

// Totals are sums over the tables, for lists and estimates.
type Totals struct {
	Tables int   `json:"tables"`
	Files  int   `json:"files"`
	Bytes  int64 `json:"bytes"`
	Linked int   `json:"linked"`
	Copied int   `json:"copied"`
}

// Rows are all rows that were counted.
func (m *Manifest) Rows() int64 {
	var sum int64
	for _, t := range m.Tables {
		if t.Rows != nil {
			sum += *t.Rows
		}
	}
	return sum
}
