package cassandra

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
)

// Apply proves that Cassandra is stopped clean and exchanges; called again it goes on where the directories say.
func (s *restoreKeyspace) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	conf, m, rec, err := openRestore(h.View, s.Dir, s.Backup, s.Keyspace)
	if err != nil {
		return engine.Output{}, err
	}
	if rec == nil {
		rec = newRecord(conf, h.Run, s.Backup, s.Dir)
	}
	if err := errors.Join(s.resolve(h, conf, m, rec), rec.stillMeant(areasOf(h, conf.DataDirs, h.Run))); err != nil {
		return engine.Output{}, err
	}
	if err := backup.Use(h, s.Dir, s.Backup, h.Run); err != nil {
		return engine.Output{}, err
	}
	st, err := newStager(h, conf, m, rec, m.In(s.Keyspace))
	if err != nil {
		return engine.Output{}, err
	}
	sw := &swapper{asker: h, areas: st.areas, rec: rec, owner: st.owner, prove: func() error { return proveStopped(ctx, h, conf) }}
	tables, _ := tablesOf(m, rec, s.Keyspace, conf.DataDirs)
	var all []incoming
	for _, t := range tables {
		all = append(all, st.incoming(h, t))
	}
	if err := sw.restore(ctx, all); err != nil {
		return engine.Output{}, fmt.Errorf("restore %s: %w", s.Keyspace, err)
	}
	out := s.out(m, rec)
	return engine.Output{Value: out, Note: out.note()}, nil
}

// resolve finds the live directories of tables that were never laid ready. Cassandra is stopped and cannot be
// asked, so there must be exactly one candidate.
func (s *restoreKeyspace) resolve(h *engine.Host, conf cassconf.Config, m *backup.Manifest, rec *swapRecord) error {
	_, without := tablesOf(m, rec, s.Keyspace, conf.DataDirs)
	for _, name := range without {
		dirs, err := liveDirs(areasOf(h, conf.DataDirs, h.Run), s.Keyspace, name)
		if err != nil {
			return err
		}
		if len(dirs) != 1 {
			return engine.WithNext(engine.Failf(engine.ClassPrecondition, "table %s.%s has %d directories (%s): which one is live cannot be told while Cassandra is stopped", s.Keyspace, name, len(dirs), strings.Join(dirs, ", ")),
				"start Cassandra and run stage-restore for this keyspace first")
		}
		rec.add(s.Keyspace, dirs[0])
	}
	return nil
}

func (s *stager) incoming(h *engine.Host, t savedTable) incoming {
	in := incoming{keyspace: t.Keyspace, name: t.Name, dir: t.live}
	for _, files := range t.files {
		in.want = append(in.want, sizes(files))
	}
	in.stage = func(ctx context.Context, i int) error {
		return s.directory(ctx, t.Table, t.files[i], place{s.areas[i], t.Keyspace, t.live})
	}
	in.done = func() error { return h.Mark("exchanged " + t.Keyspace + "." + t.Name) }
	return in
}

func (s *restoreKeyspace) out(m *backup.Manifest, rec *swapRecord) RestoreOut {
	out := RestoreOut{Keyspace: s.Keyspace, Backup: s.Backup, Closed: rec.State == stateRestored}
	for _, t := range m.In(s.Keyspace) {
		out.Tables = append(out.Tables, t.Name)
	}
	return out
}

func (o RestoreOut) note() string {
	text := fmt.Sprintf("%s of %s exchanged with backup %s", engine.Count(len(o.Tables), "table"), o.Keyspace, o.Backup)
	if o.Closed {
		return text + "; not released yet"
	}
	return text + "; other keyspaces of this run wait"
}
