package cassandra

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// primaryRanges are the ranges (start, end] that belong to the node itself: from the token before to each of its
// own. The counts of all nodes add up to the whole ring, each row once.
func primaryRanges(own []string, others ...[]string) ([][2]int64, error) {
	type token struct {
		at   int64
		mine bool
	}
	var circle []token
	for i, list := range append([][]string{own}, others...) {
		for _, t := range list {
			at, err := strconv.ParseInt(t, 10, 64)
			if err != nil {
				return nil, engine.Failf(engine.ClassPrecondition, "token %q is no number: rows can be counted with the Murmur3Partitioner only", t)
			}
			circle = append(circle, token{at, i == 0})
		}
	}
	slices.SortFunc(circle, func(a, b token) int { return cmp.Compare(a.at, b.at) })
	var ranges [][2]int64
	for i, t := range circle {
		if t.mine {
			before := circle[(i+len(circle)-1)%len(circle)]
			ranges = append(ranges, [2]int64{before.at, t.at})
		}
	}
	return ranges, nil
}

// count notes the rows of this node's primary ranges in each table. The server goes on serving, so on a busy
// cluster the numbers are of about the snapshot's time, not exactly of it.
func count(ctx context.Context, h *engine.Host, r *ring, tables []backup.Table) error {
	server := cql.At(h, r.conf.CQLAddress())
	peers, err := server.Peers(ctx)
	if err != nil {
		return err
	}
	var others [][]string
	for _, p := range peers {
		others = append(others, p.Tokens)
	}
	ranges, err := primaryRanges(r.local.Tokens, others...)
	if err != nil {
		return err
	}
	for i := range tables {
		t := &tables[i]
		rows := int64(0)
		err := server.Rows(ctx, t.Keyspace, t.Name, keysOf(t), ranges, "LOCAL_QUORUM", func(engine.Row) error { rows++; return nil })
		if err != nil {
			return fmt.Errorf("count %s.%s: %w", t.Keyspace, t.Name, err)
		}
		t.Rows = &rows
	}
	return nil
}

// keysOf names the columns of the primary key: enough to count, little to send.
func keysOf(t *backup.Table) []string {
	var keys []string
	for _, c := range t.Columns {
		if c.Kind == "partition_key" || c.Kind == "clustering" {
			keys = append(keys, c.Name)
		}
	}
	return keys
}
