package cassandra

import (
	"context"
	"fmt"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// Apply creates keyspaces first, then tables, each waited for until all members have the same schema.
func (s *restoreSchema) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	m, err := s.open(h)
	if err != nil {
		return engine.Output{}, err
	}
	d, err := s.diff(ctx, h, m)
	if err != nil {
		return engine.Output{}, err
	}
	conf, err := cassconf.Read(h, "")
	if err != nil {
		return engine.Output{}, err
	}
	out := s.out(d)
	left, err := create(ctx, h, cql.At(h, conf.CQLAddress()), m, d)
	if err != nil {
		return engine.Output{}, err
	}
	out.LeftOut = append(out.LeftOut, left...)
	if _, err := s.settled(ctx, h, m); err != nil {
		return engine.Output{}, err
	}
	return engine.Output{Value: out, Note: out.note()}, nil
}

// create makes what is missing, and names the options that this server does not know.
func create(ctx context.Context, h *engine.Host, server *cql.Server, m *backup.Manifest, d liveDiff) (leftOut []string, err error) {
	for _, k := range d.keyspaces {
		h.Log("create keyspace %s", k.Name)
		if err := server.Exec(ctx, createKeyspace(k), []string{k.Name}); err != nil {
			return nil, fmt.Errorf("create keyspace %s: %w", k.Name, err)
		}
	}
	for _, name := range d.missing {
		keyspace, table, _ := strings.Cut(name, ".")
		h.Log("create table %s", name)
		left, err := createTable(ctx, server, *m.Table(keyspace, table))
		if err != nil {
			return nil, err
		}
		for _, option := range left {
			leftOut = append(leftOut, name+": "+option)
		}
	}
	return leftOut, nil
}

func createTable(ctx context.Context, server *cql.Server, t backup.Table) (left []string, err error) {
	list, err := checkSaved(t)
	if err != nil {
		return nil, err
	}
	for _, statement := range list {
		more, err := execute(ctx, server, statement, t.Keyspace)
		left = append(left, more...)
		if err != nil {
			return left, fmt.Errorf("create %s.%s: %w", t.Keyspace, t.Name, err)
		}
	}
	return left, nil
}

// settled looks once more: everything exists now, with the saved columns.
func (s *restoreSchema) settled(ctx context.Context, a engine.Asker, m *backup.Manifest) (liveDiff, error) {
	d, err := s.diff(ctx, a, m)
	if err == nil && len(d.missing)+len(d.keyspaces) > 0 {
		err = engine.Failf(engine.ClassIO, "created, yet not there: %s", strings.Join(d.missing, ", "))
	}
	return d, err
}
