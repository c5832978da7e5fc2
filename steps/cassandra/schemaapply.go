package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// Apply creates keyspaces first, then tables, each waited for until all members have the same schema. Called again it
// completes the table that it was interrupted in.
func (s *restoreSchema) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	m, err := s.open(h)
	if err != nil {
		return engine.Output{}, err
	}
	d, err := s.diff(ctx, h, h.Run, m)
	if err != nil {
		return engine.Output{}, err
	}
	conf, err := readConfig(h)
	if err != nil {
		return engine.Output{}, err
	}
	c := &creator{host: h, conf: conf, server: cql.At(h, conf.CQLAddress()), manifest: m, rec: d.rec, types: d.types}
	if c.rec == nil {
		c.rec = &createdRecord{Run: h.Run, Backup: s.Backup}
	}
	if err := c.all(ctx, d); err != nil {
		return engine.Output{}, err
	}
	made, err := s.settled(ctx, h, h.Run, m)
	if err != nil {
		return engine.Output{}, err
	}
	out := s.out(made)
	out.LeftOut = append(out.LeftOut, c.leftOut...)
	return engine.Output{Value: out, Note: out.note()}, nil
}

// creator makes what is missing. It notes each keyspace and table before its first statement.
type creator struct {
	host     *engine.Host
	conf     cassconf.Config
	server   *cql.Server
	manifest *backup.Manifest
	rec      *createdRecord
	// types are the user types that were missing.
	types []string
	// leftOut are the options that this server does not know.
	leftOut []string
}

func (c *creator) all(ctx context.Context, d liveDiff) error {
	for _, k := range d.keyspaces {
		if err := c.keyspace(ctx, k); err != nil {
			return fmt.Errorf("create keyspace %s: %w", k.Name, err)
		}
	}
	for _, name := range slices.Concat(d.unfinished, d.missing) {
		if err := c.table(ctx, tableIn(c.manifest, name)); err != nil {
			return fmt.Errorf("create %s: %w", name, err)
		}
	}
	return nil
}

func (c *creator) keyspace(ctx context.Context, k backup.Keyspace) error {
	c.host.Log("create keyspace %s", k.Name)
	c.rec.addKeyspace(k.Name)
	if err := c.rec.save(c.host, c.conf.DataDirs); err != nil {
		return err
	}
	return c.server.Exec(ctx, createKeyspace(k), []string{k.Name})
}

// table sends the statements of the saved schema that were not sent before.
func (c *creator) table(ctx context.Context, t backup.Table) error {
	list, err := checkSaved(t)
	if err != nil {
		return err
	}
	c.host.Log("create table %s.%s", t.Keyspace, t.Name)
	c.rec.addTable(t, c.types)
	if err := c.rec.save(c.host, c.conf.DataDirs); err != nil {
		return err
	}
	for _, statement := range list {
		sent, err := c.sent(ctx, t, statement)
		if err != nil {
			return err
		}
		if sent {
			continue
		}
		left, err := execute(ctx, c.server, statement, t.Keyspace)
		if err != nil {
			return err
		}
		for _, option := range left {
			c.leftOut = append(c.leftOut, t.Keyspace+"."+t.Name+": "+option)
		}
	}
	return nil
}

// sent tells by the live table whether a statement was sent before that fails the second time; those that create say
// IF NOT EXISTS.
func (c *creator) sent(ctx context.Context, t backup.Table, statement string) (bool, error) {
	verb, column := alters(statement)
	if verb == "" {
		return false, nil
	}
	live, err := c.server.Tables(ctx, []string{t.Keyspace})
	i := slices.IndexFunc(live, func(l cql.Table) bool { return l.Name == t.Name })
	if err != nil || i < 0 {
		return false, err
	}
	dropped := slices.ContainsFunc(live[i].Dropped, func(d cql.Dropped) bool { return d.Name == column })
	there := slices.ContainsFunc(live[i].Columns, func(l cql.Column) bool { return l.Name == column })
	return dropped && (verb == "DROP" || there), nil
}

// settled looks once more: everything exists now, with the saved columns.
func (s *restoreSchema) settled(ctx context.Context, a engine.Asker, run string, m *backup.Manifest) (liveDiff, error) {
	d, err := s.diff(ctx, a, run, m)
	switch {
	case err != nil:
	case len(d.unfinished) > 0:
		err = s.misfit(m, d.lacks)
	case len(d.missing)+len(d.keyspaces) > 0:
		err = engine.Failf(engine.ClassIO, "created, yet not there: %s", strings.Join(d.missing, ", "))
	}
	return d, err
}
