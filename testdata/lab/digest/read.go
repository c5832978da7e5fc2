package digest

import (
	"context"
	"fmt"
	"strconv"
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
		selected, err := columns(ctx, session, name)
		if err == nil && len(selected) > 0 {
			err = t.read(ctx, session, selected)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.Absent = len(selected) == 0
		all = append(all, t)
	}
	return all, nil
}

// columns are what is read of a table: each column and, where it can have one,
// its time to live.  A table without columns does not exist.
func columns(ctx context.Context, session *gocql.Session, name string) ([]string, error) {
	keyspace, table, _ := strings.Cut(name, ".")
	iter := session.Query("SELECT column_name, kind FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?", keyspace, table).
		WithContext(ctx).Consistency(gocql.One).Iter()
	var all []string
	var column, kind string
	for iter.Scan(&column, &kind) {
		all = append(all, strconv.Quote(column))
		if kind == "regular" || kind == "static" {
			all = append(all, "TTL("+strconv.Quote(column)+") AS "+strconv.Quote(expires+column))
		}
	}
	return all, iter.Close()
}

func (t *Table) read(ctx context.Context, session *gocql.Session, selected []string) error {
	iter := session.Query("SELECT " + strings.Join(selected, ", ") + " FROM " + t.Name).WithContext(ctx).PageSize(page).Iter()
	cells, targets := rowOf(iter.Columns())
	var sum Sum
	for iter.Scan(targets...) {
		sum.Add(cells)
	}
	t.Rows, t.Digest = sum.Rows, sum.String()
	return iter.Close()
}

// expires begins the name of a cell that tells whether another one has a time
// to live.
const expires = "expires "

func rowOf(columns []gocql.ColumnInfo) ([]Cell, []any) {
	cells := make([]Cell, len(columns))
	targets := make([]any, len(columns))
	for i, c := range columns {
		cells[i].Column = c.Name
		targets[i] = (*raw)(&cells[i].Value)
		if strings.HasPrefix(c.Name, expires) {
			targets[i] = (*present)(&cells[i].Value)
		}
	}
	return cells, targets
}

// present takes whether there is a value: how much is left to live is another
// number at every reading.
type present []byte

// UnmarshalCQL implements gocql.Unmarshaler.
func (p *present) UnmarshalCQL(_ gocql.TypeInfo, data []byte) error {
	*p = nil
	if data != nil {
		*p = []byte{}
	}
	return nil
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
