package cql

import (
	"errors"
	"reflect"

	"github.com/gocql/gocql"

	"tidemark/engine"
)

// collect hands the rows to visit, or gathers them. An error of visit ends the reading; the driver's own comes out
// of Close.
func collect(iter *gocql.Iter, visit func(engine.Row) error) ([]engine.Row, error) {
	var rows []engine.Row
	for {
		row, ok, err := next(iter)
		if err != nil || !ok {
			return rows, err
		}
		if visit == nil {
			rows = append(rows, row)
			continue
		}
		if err := visit(row); err != nil {
			return nil, err
		}
	}
}

// next scans one row into pointers to pointers: that is how the driver tells null from an empty value.
func next(iter *gocql.Iter) (engine.Row, bool, error) {
	columns := iter.Columns()
	dest := make([]any, len(columns))
	for i, c := range columns {
		if _, tuple := c.TypeInfo.(gocql.TupleTypeInfo); tuple {
			return nil, false, errors.New("column " + c.Name + ": tuples are not read")
		}
		v, err := c.TypeInfo.NewWithError()
		if err != nil {
			return nil, false, err
		}
		dest[i] = reflect.New(reflect.TypeOf(v)).Interface()
	}
	if !iter.Scan(dest...) {
		return nil, false, nil
	}
	row := engine.Row{}
	for i, c := range columns {
		row[c.Name] = nil
		if p := reflect.ValueOf(dest[i]).Elem(); !p.IsNil() {
			row[c.Name] = plain(p.Elem().Interface())
		}
	}
	return row, true, nil
}

// plain takes the driver's own types out of the values, so that nobody else needs to know them.
func plain(v any) any {
	switch v := v.(type) {
	case []byte:
		if v == nil {
			return []byte{} // empty, not null
		}
	case gocql.UUID:
		return v.String()
	case []gocql.UUID:
		out := make([]string, len(v))
		for i, u := range v {
			out[i] = u.String()
		}
		return out
	}
	return v
}
