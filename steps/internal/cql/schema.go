package cql

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tidemark/engine"
)

// Keyspace is one keyspace; Replication holds its class and factors as Cassandra stores them.
type Keyspace struct {
	Name        string
	Replication map[string]string
	Durable     bool
}

// Table is one table's schema, columns in the order of partition key, clustering, static, regular.
type Table struct {
	Keyspace, Name string
	// ID is the uuid with dashes; the table's directory ends with it without.
	ID                  string
	Columns             []Column
	Dropped             []Dropped
	Flags               []string
	DefaultTTL, GCGrace int
	Indexes             []string
	// Views are the materialized views that are made from the table.
	Views []string
	// Types are the user types that its columns are made of, with their fields as "name type, …".
	Types map[string]string
}

// Column is one column; Kind is partition_key, clustering, static or regular, Position counts within the keys
// (-1 outside), Order is asc, desc or none.
type Column struct {
	Name, Type, Kind string
	Position         int
	Order            string
}

// Dropped is a column that the table once had; its old data still names it.
type Dropped struct {
	Name, Type string
	Time       time.Time
}

// Keyspaces reads the keyspaces names (none: all, Cassandra's own as well), by name. One that does not exist is not
// in the answer.
func (s *Server) Keyspaces(ctx context.Context, names []string) ([]Keyspace, error) {
	rows, err := s.schema(ctx, "SELECT keyspace_name, replication, durable_writes FROM system_schema.keyspaces", names)
	if err != nil {
		return nil, err
	}
	var out []Keyspace
	for _, r := range rows {
		replication, _ := r["replication"].(map[string]string)
		durable, _ := r["durable_writes"].(bool)
		out = append(out, Keyspace{Name: text(r, "keyspace_name"), Replication: replication, Durable: durable})
	}
	slices.SortFunc(out, func(a, b Keyspace) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// schema asks a table of system_schema for some keyspaces, or all.
func (s *Server) schema(ctx context.Context, statement string, keyspaces []string) ([]engine.Row, error) {
	if len(keyspaces) == 0 {
		return s.query(ctx, "system_schema", statement)
	}
	return s.query(ctx, "system_schema", statement+" WHERE keyspace_name IN ?", keyspaces)
}

// Tables reads all tables of keyspaces (none: of all), by keyspace and name.
func (s *Server) Tables(ctx context.Context, keyspaces []string) ([]Table, error) {
	rows, err := s.schema(ctx, "SELECT keyspace_name, table_name, id, flags, default_time_to_live, gc_grace_seconds FROM system_schema.tables", keyspaces)
	if err != nil {
		return nil, err
	}
	tables := map[[2]string]*Table{}
	for _, r := range rows {
		t := &Table{
			Keyspace: text(r, "keyspace_name"), Name: text(r, "table_name"), ID: text(r, "id"), Flags: list(r, "flags"),
			DefaultTTL: number(r, "default_time_to_live"), GCGrace: number(r, "gc_grace_seconds"),
		}
		tables[[2]string{t.Keyspace, t.Name}] = t
	}
	for _, part := range []func(context.Context, []string, map[[2]string]*Table) error{s.columns, s.dropped, s.indexes, s.views, s.types} {
		if err := part(ctx, keyspaces, tables); err != nil {
			return nil, err
		}
	}
	return sorted(tables), nil
}

func sorted(tables map[[2]string]*Table) []Table {
	var out []Table
	for _, t := range tables {
		slices.SortFunc(t.Columns, func(a, b Column) int {
			return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Name, b.Name))
		})
		slices.SortFunc(t.Dropped, func(a, b Dropped) int { return cmp.Compare(a.Name, b.Name) })
		slices.Sort(t.Indexes)
		slices.Sort(t.Views)
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Table) int {
		return cmp.Or(cmp.Compare(a.Keyspace, b.Keyspace), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func rank(kind string) int {
	return slices.Index([]string{"partition_key", "clustering", "static", "regular"}, kind)
}

func (s *Server) columns(ctx context.Context, keyspaces []string, tables map[[2]string]*Table) error {
	rows, err := s.schema(ctx, "SELECT keyspace_name, table_name, column_name, type, kind, position, clustering_order FROM system_schema.columns", keyspaces)
	for _, r := range rows {
		if t := of(tables, r); t != nil {
			t.Columns = append(t.Columns, Column{
				Name: text(r, "column_name"), Type: text(r, "type"), Kind: text(r, "kind"),
				Position: number(r, "position"), Order: text(r, "clustering_order"),
			})
		}
	}
	return err
}

func (s *Server) dropped(ctx context.Context, keyspaces []string, tables map[[2]string]*Table) error {
	rows, err := s.schema(ctx, "SELECT keyspace_name, table_name, column_name, type, dropped_time FROM system_schema.dropped_columns", keyspaces)
	for _, r := range rows {
		if t := of(tables, r); t != nil {
			when, _ := r["dropped_time"].(time.Time)
			t.Dropped = append(t.Dropped, Dropped{Name: text(r, "column_name"), Type: text(r, "type"), Time: when})
		}
	}
	return err
}

func (s *Server) indexes(ctx context.Context, keyspaces []string, tables map[[2]string]*Table) error {
	rows, err := s.schema(ctx, "SELECT keyspace_name, table_name, index_name FROM system_schema.indexes", keyspaces)
	for _, r := range rows {
		if t := of(tables, r); t != nil {
			t.Indexes = append(t.Indexes, text(r, "index_name"))
		}
	}
	return err
}

// of is the row's table; nil for views, which have columns but are no tables.
func of(tables map[[2]string]*Table, r engine.Row) *Table {
	return tables[[2]string{text(r, "keyspace_name"), text(r, "table_name")}]
}
