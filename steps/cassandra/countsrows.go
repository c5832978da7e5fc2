package cassandra

import (
	"context"
	"slices"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// rows counts each saved table in the node's primary ranges.
func (s *compareCounts) rows(ctx context.Context, h *engine.Host, m *backup.Manifest, out *CountsOut) error {
	r, err := askRing(ctx, h, s.Keyspaces)
	if err != nil {
		return err
	}
	c, err := newCounter(ctx, h, r)
	if err != nil {
		return err
	}
	var tables []backup.Table
	for _, t := range m.Tables {
		if slices.Contains(s.Keyspaces, t.Keyspace) {
			tables = append(tables, t)
		}
	}
	for i, t := range tables {
		name := t.Keyspace + "." + t.Name
		h.Progress(int64(i), int64(len(tables)), name)
		n, err := c.rows(ctx, &t)
		if err != nil {
			return err
		}
		out.Rows[name] = n
		if t.Rows != nil {
			out.Saved[name] = *t.Rows
		}
		if t.DefaultTTL > 0 {
			out.TTL = append(out.TTL, name)
		}
	}
	return nil
}
