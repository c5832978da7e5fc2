package cassandra

import (
	"context"
	"fmt"
	"slices"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// rows counts each saved table in the node's primary ranges; the pages of one read bound memory and load.
func (s *compareCounts) rows(ctx context.Context, h *engine.Host, m *backup.Manifest, out *CountsOut) error {
	r, err := askRing(ctx, h, s.Keyspaces)
	if err != nil {
		return err
	}
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
	var tables []backup.Table
	for _, t := range m.Tables {
		if slices.Contains(s.Keyspaces, t.Keyspace) {
			tables = append(tables, t)
		}
	}
	for i, t := range tables {
		name := t.Keyspace + "." + t.Name
		h.Progress(int64(i), int64(len(tables)), name)
		n := int64(0)
		if err := server.Rows(ctx, t.Keyspace, t.Name, keysOf(&t), ranges, "LOCAL_QUORUM", func(engine.Row) error { n++; return nil }); err != nil {
			return fmt.Errorf("count: %w", err)
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
