package digest

import (
	"context"
	"fmt"
	"strings"

	"github.com/gocql/gocql"
)

const page = 1000

// Table is what a digest says about one table.
type Table struct {
	Name   string `json:"table"`
	Absent bool   `json:"absent,omitempty"`
	Rows   int    `json:"rows"`
	Digest string `json:"digest"`
}

// Read reads the named tables (keyspace.table) in full.  A table that does not
// exist is said, not an error: a dropped one is part of the story.
func Read(ctx context.Context, session *gocql.Session, names []string) ([]Table, error) {
	all := make([]Table, 0, len(names))
	for _, name := range names {
		t := Table{Name: name}
		there, err := exists(ctx, session, name)
		if err == nil && there {
			err = t.read(ctx, session)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.Absent = !there
		all = append(all, t)
	}
	return all, nil
}

func exists(ctx context.Context, session *gocql.Session, name string) (bool, error) {
	keyspace, table, _ := strings.Cut(name, ".")
	var n int
	err := session.Query("SELECT count(*) FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?", keyspace, table).
		WithContext(ctx).Consistency(gocql.One).Scan(&n)
	return n > 0, err
}

func (t *Table) read(ctx context.Context, session *gocql.Session) error {
	iter := session.Query("SELECT * FROM " + t.Name).WithContext(ctx).PageSize(page).Iter()
	cells, targets := rowOf(iter.Columns())
	var sum Sum
	for iter.Scan(targets...) {
		sum.Add(cells)
	}
	t.Rows, t.Digest = sum.Rows, sum.String()
	return iter.Close()
}

func rowOf(columns []gocql.ColumnInfo) ([]Cell, []any) {
	cells := make([]Cell, len(columns))
	targets := make([]any, len(columns))
	for i, c := range columns {
		cells[i].Column = c.Name
		targets[i] = (*raw)(&cells[i].Value)
	}
	return cells, targets
}

// raw takes a value as it came over the wire, whatever its type.
type raw []byte

// UnmarshalCQL implements gocql.Unmarshaler.
func (r *raw) UnmarshalCQL(_ gocql.TypeInfo, data []byte) error {
	if data == nil {
		*r = nil
		return nil
	}
	*r = append([]byte{}, data...)
	return nil
}
