package cassandra

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

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

// counter counts rows in the primary ranges of the node it asks.
type counter struct {
	server *cql.Server
	ranges [][2]int64
}

func newCounter(ctx context.Context, h *engine.Host, r *ring) (*counter, error) {
	c := &counter{server: cql.At(h, r.conf.CQLAddress())}
	peers, err := c.server.Peers(ctx)
	if err != nil {
		return nil, err
	}
	var others [][]string
	for _, p := range peers {
		others = append(others, p.Tokens)
	}
	c.ranges, err = primaryRanges(r.local.Tokens, others...)
	return c, err
}

// rows reads the keys of a table at LOCAL_QUORUM; the pages of one read bound memory, the rests in between load. Of
// the rows expiring have a value with a time to live, as far as the table's columns tell.
func (c *counter) rows(ctx context.Context, t *backup.Table) (n, expiring int64, err error) {
	keys, lives := keysOf(t), livesOf(t)
	rest := newRest(ctx)
	err = c.server.Rows(ctx, t.Keyspace, t.Name, append(keys, lives...), c.ranges, "LOCAL_QUORUM", func(r engine.Row) error {
		n++
		if slices.ContainsFunc(lives, func(s cql.Selector) bool { return r[s.Name] != nil }) {
			expiring++
		}
		return rest.row()
	})
	if err != nil {
		return n, expiring, fmt.Errorf("count %s.%s: %w", t.Keyspace, t.Name, err)
	}
	if len(lives) == 0 && t.DefaultTTL > 0 {
		expiring = n
	}
	return n, expiring, nil
}

// count notes the rows of this node's primary ranges in each table, the smallest first, for at most patience; it
// says why tables were left out. The server goes on serving, so on a busy cluster the numbers are of about the
// snapshot's time, not exactly of it. A backup never fails for want of a number.
func count(ctx context.Context, h *engine.Host, r *ring, tables []backup.Table, patience time.Duration) string {
	c, err := newCounter(ctx, h, r)
	if err != nil {
		return err.Error()
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for i, t := range bySize(tables) {
		h.Progress(int64(i), int64(len(tables)), "rows of "+t.Keyspace+"."+t.Name)
		rows, expiring, err := c.rows(bounded, t)
		switch {
		case bounded.Err() != nil && ctx.Err() == nil:
			return fmt.Sprintf("counting %s would have taken longer than saving did (%s)", engine.Count(len(tables)-i, "table"), patience.Round(time.Second))
		case err != nil:
			return err.Error()
		}
		t.Rows, t.Expiring = &rows, expiring
	}
	return ""
}

// bySize lists the tables, those of the fewest bytes first: most of them are then counted where time is short.
func bySize(tables []backup.Table) []*backup.Table {
	out := make([]*backup.Table, len(tables))
	for i := range tables {
		out[i] = &tables[i]
	}
	slices.SortStableFunc(out, func(a, b *backup.Table) int { return cmp.Compare(a.Bytes(), b.Bytes()) })
	return out
}

// keysOf selects the primary key: enough to count, little to send.
func keysOf(t *backup.Table) []cql.Selector {
	var keys []cql.Selector
	for _, c := range t.Columns {
		if c.Kind == "partition_key" || c.Kind == "clustering" {
			keys = append(keys, cql.ValueOf(c.Name))
		}
	}
	return keys
}

// livesOf selects the times to live of a table's values. A row's own cannot be asked; whoever writes a row with one
// writes its values with it.
func livesOf(t *backup.Table) []cql.Selector {
	var out []cql.Selector
	for _, c := range t.Columns {
		if cql.HasTTL(c.Kind, c.Type) {
			out = append(out, cql.TTLOf(c.Name))
		}
	}
	return out
}
