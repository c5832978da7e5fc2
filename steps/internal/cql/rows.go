package cql

import (
	"context"
	"fmt"
	"math"
	"strings"

	"tidemark/engine"
)

// Rows reads values (none: all columns) of a table, page by page, in token ranges, each open below and closed above:
// (start, end]. A range with start ≥ end goes around the ring; start = end is all of it. Visit sees each row once;
// its error ends the reading.
func (s *Server) Rows(ctx context.Context, keyspace, table string, values []Selector, ranges [][2]int64, consistency string, visit func(engine.Row) error) error {
	keys, err := s.partitionKey(ctx, keyspace, table)
	if err != nil {
		return err
	}
	statement := fmt.Sprintf("SELECT %s FROM %s.%s", selected(values), Quote(keyspace), Quote(table))
	for _, r := range ranges {
		for _, cond := range conditions("token("+quoted(keys)+")", r) {
			q := engine.Query{
				System: "cql", Address: s.address, Statement: statement + cond.where, Args: cond.args,
				Consistency: consistency, Keyspaces: []string{keyspace}, Visit: visit,
			}
			if _, err := s.asker.Query(ctx, q); err != nil {
				return fmt.Errorf("%s.%s: %w", keyspace, table, err)
			}
		}
	}
	return nil
}

// condition is the end of a statement with its values.
type condition struct {
	where string
	args  []any
}

// conditions cuts a range that goes around the ring in two. The least number is no token of a row, it is only the
// ring's beginning.
func conditions(token string, r [2]int64) []condition {
	above := condition{" WHERE " + token + " > ?", []any{r[0]}}
	upTo := condition{" WHERE " + token + " <= ?", []any{r[1]}}
	switch {
	case r[0] == r[1]:
		return []condition{{}}
	case r[0] < r[1]:
		return []condition{{" WHERE " + token + " > ? AND " + token + " <= ?", []any{r[0], r[1]}}}
	case r[1] == math.MinInt64:
		return []condition{above}
	}
	return []condition{above, upTo}
}

func (s *Server) partitionKey(ctx context.Context, keyspace, table string) ([]string, error) {
	tables, err := s.Tables(ctx, []string{keyspace})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, t := range tables {
		for _, c := range t.Columns {
			if t.Name == table && c.Kind == "partition_key" {
				keys = append(keys, c.Name)
			}
		}
	}
	if len(keys) == 0 {
		return nil, engine.Failf(engine.ClassPrecondition, "%s.%s: no such table at %s", keyspace, table, s.address)
	}
	return keys, nil
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = Quote(n)
	}
	return strings.Join(out, ", ")
}
