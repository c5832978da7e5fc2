package cassandra

import (
	"context"
	"slices"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// rows counts, in the node's primary ranges, each table whose rows the backup counted there.
func (s *compareCounts) rows(ctx context.Context, h *engine.Host, m *backup.Manifest, out *CountsOut) error {
	tables := s.counted(m, out)
	if len(tables) == 0 {
		return nil
	}
	r, err := askRing(ctx, h.View, s.Keyspaces)
	if err != nil {
		return err
	}
	c, err := newCounter(ctx, h, r)
	if err != nil {
		return err
	}
	for i, t := range tables {
		name := t.Keyspace + "." + t.Name
		h.Progress(int64(i), int64(len(tables)), name)
		if out.Rows[name], _, err = c.rows(ctx, &t); err != nil {
			return err
		}
		out.Saved[name], out.Expiring[name] = *t.Rows, t.Expiring
	}
	return nil
}

// counted are the tables with a number to compare; those that the backup had no time for are noted.
func (s *compareCounts) counted(m *backup.Manifest, out *CountsOut) []backup.Table {
	if m.Counts == nil {
		return nil
	}
	out.SavedBasis = m.Counts.Basis
	var tables []backup.Table
	for _, t := range m.Tables {
		switch {
		case !slices.Contains(s.Keyspaces, t.Keyspace):
		case t.Rows == nil:
			out.Left[t.Keyspace+"."+t.Name] = "not counted by the backup"
		default:
			tables = append(tables, t)
		}
	}
	return tables
}
