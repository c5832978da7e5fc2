package cassandra

import (
	"context"
	"fmt"
	"slices"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
)

// Apply lays the tables ready, one after the other; one that is whole is only looked at.
func (s *stageRestore) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	conf, m, rec, err := openRestore(h.View, s.Dir, s.Backup, s.Keyspace)
	if err != nil {
		return engine.Output{}, err
	}
	live, err := serving(ctx, h, conf, s.Keyspace)
	if err != nil {
		return engine.Output{}, err
	}
	if live == nil {
		return engine.Output{}, engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra does not serve CQL at %s, so the live tables are not known", conf.CQLAddress()), "start it: monit start cassandra_process")
	}
	if rec == nil {
		rec = newRecord(conf, h.Run, s.Backup, s.Dir)
	}
	if err := s.note(h, rec, m, live); err != nil {
		return engine.Output{}, err
	}
	st, err := newStager(h, conf, m, rec, m.In(s.Keyspace))
	if err != nil {
		return engine.Output{}, err
	}
	return s.lay(ctx, h, st, conf)
}

// note writes down which live directory each table goes to, before anything is made, and that the backup is in use.
func (s *stageRestore) note(h *engine.Host, rec *swapRecord, m *backup.Manifest, live map[string]string) error {
	if rec.State != stateStaged {
		return engine.Failf(engine.ClassPrecondition, "run %s: its restore is %s, nothing more can be laid ready", rec.Run, rec.State)
	}
	for _, t := range m.In(s.Keyspace) {
		if live[t.Name] == "" {
			return engine.WithNext(engine.Failf(engine.ClassPrecondition, "table %s.%s does not exist in Cassandra", s.Keyspace, t.Name), "create it from the saved schema first: step restore-schema")
		}
		rec.forget(s.Keyspace, t.Name, live[t.Name])
		rec.add(s.Keyspace, live[t.Name])
	}
	if err := rec.lookBeside(areasOf(h, rec.DataDirs, rec.Run), s.Keyspace); err != nil {
		return err
	}
	rec.Nodes = s.Nodes
	if err := backup.Use(h, s.Dir, s.Backup, h.Run); err != nil {
		return err
	}
	return rec.save(hand{}, h)
}

// forget drops a directory noted for a table that was dropped and created again since.
func (r *swapRecord) forget(keyspace, table, but string) {
	if old := r.dirOf(keyspace, table); old != "" && old != but {
		r.Dirs = slices.DeleteFunc(r.Dirs, func(d string) bool { return d == keyspace+"/"+old })
	}
}

func newRecord(conf cassconf.Config, run, id, dir string) *swapRecord {
	r := &swapRecord{Run: run, Backup: id, BackupDir: dir, DataDirs: conf.DataDirs, Hints: conf.Hints, SavedCaches: conf.SavedCaches, Beside: []string{}}
	r.enter(stateStaged)
	return r
}

func newStager(h *engine.Host, conf cassconf.Config, m *backup.Manifest, rec *swapRecord, tables []backup.Table) (*stager, error) {
	o, err := ownerOf(h, conf)
	var total int64
	for _, t := range tables {
		total += t.Bytes()
	}
	return &stager{
		asker: h, areas: areasOf(h, conf.DataDirs, h.Run), rec: rec, manifest: m, owner: o,
		root: h.Path(backup.Path(rec.BackupDir, m.Backup, backup.Cassandra)), meter: backup.NewMeter(h.Progress, total),
	}, err
}

func (s *stageRestore) lay(ctx context.Context, h *engine.Host, st *stager, conf cassconf.Config) (engine.Output, error) {
	out := StageOut{Keyspace: s.Keyspace, Backup: s.Backup}
	tables, _ := tablesOf(st.manifest, st.rec, s.Keyspace, conf.DataDirs)
	for _, t := range tables {
		for i, a := range st.areas {
			if err := st.directory(ctx, t.Table, t.files[i], place{a, t.Keyspace, t.live}); err != nil {
				return engine.Output{}, fmt.Errorf("%s.%s: %w", t.Keyspace, t.Name, err)
			}
		}
		out.add(t.Table)
		if err := h.Mark("staged " + t.Keyspace + "." + t.Name); err != nil {
			return engine.Output{}, err
		}
	}
	all, err := needs(h, conf, st.manifest, s.Dir, []string{s.Keyspace})
	if err != nil {
		return engine.Output{}, err
	}
	out.Copied, out.Linked = copiesOf(all)
	note := fmt.Sprintf("%s of %s laid ready: %s linked, %s copied", engine.Count(len(out.Tables), "table"), s.Keyspace, engine.Bytes(out.Linked), engine.Bytes(out.Copied))
	return engine.Output{Value: out, Note: note}, nil
}
