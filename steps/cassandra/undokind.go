package cassandra

import (
	"context"
	"fmt"
	"slices"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// undoRestore brings back what was live before a restore.
type undoRestore struct {
	Run string `json:"run" help:"run whose restore is undone" required:"true"`

	Nodes []string `json:"nodes" help:"the nodes that are undone in this run: all that the restore ran on must be among them"`
	Gone  []string `json:"gone" help:"nodes of the restore that no longer exist; the ring must have let go of them"`

	// hand is how it settles what it finds done; tests remember there what is on disk.
	hand hand
}

// UndoOut is what undo-restore brought back on one node.
type UndoOut struct {
	Run    string   `json:"run" help:"run whose restore was undone"`
	Backup string   `json:"backup" help:"backup that it had restored"`
	Tables []string `json:"tables" help:"live directories that are as before it, as keyspace/directory"`
}

// Check refuses what cannot be looked for or written.
func (s *undoRestore) Check() error {
	return checkRun(s.Run)
}

// UndoRestore is the kind undo-restore.
func UndoRestore() engine.Kind {
	return engine.Kind{
		Name: "undo-restore",
		Doc: "Exchanges the table directories of a restore back, whatever state it is in, with hints and saved caches. " +
			"Cassandra must be stopped clean, which is proved before each exchange. What the restore had brought, and what was written since, is kept " +
			"until release-restore. All nodes that the restore ran on are taken back in one run. A released restore cannot be undone, nor " +
			"one of whose tables was dropped and created again since; where Cassandra does not serve its directories tell that, and the plan names what they do not.",
		Example: "id: undo\nundo-restore: {run: 20261122T010203Z-k7}",
		Redo:    engine.Checked,
		Risk:    engine.Overwrites,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &undoRestore{} },
		Out:     UndoOut{},
		Version: 1,
	}
}

// factUndone is "true" when a run's restore is undone on the node.
func factUndone(run string) string { return "undone." + run }

// restoreOf reads the state of a run's restore on this node; nil where it never laid anything ready.
func restoreOf(a engine.Asker, run string) (cassconf.Config, *swapRecord, error) {
	if err := checkRun(run); err != nil {
		return cassconf.Config{}, nil, err
	}
	conf, err := readConfig(a)
	if err != nil {
		return conf, nil, err
	}
	rec, err := readRecord(a, conf.DataDirs, run)
	return conf, rec, err
}

// Plan says which tables come back; on a node where the run never exchanged anything there is nothing to do.
func (s *undoRestore) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	conf, rec, err := restoreOf(v, s.Run)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Changes, Risk: engine.Overwrites, Will: []engine.Fact{{Key: factUndone(s.Run), Value: "true"}}}
	switch {
	case rec == nil:
		c.Sign, c.Risk, c.Summary, c.Out = engine.Same, engine.Harmless, "run "+s.Run+" exchanged nothing here", engine.Encode(UndoOut{Run: s.Run, Tables: []string{}})
		return c, nil
	case rec.asBefore():
		c.Sign, c.Risk, c.Summary, c.Out = engine.Same, engine.Harmless, "the restore of run "+s.Run+" is undone", engine.Encode(s.out(rec))
		if v.Actual {
			return c, (&swapper{asker: v, hand: s.hand, rec: rec}).settled()
		}
		return c, nil
	case rec.State == stateReleased:
		return c, engine.WithNext(engine.Failf(engine.ClassPrecondition, "the restore of run %s is released: what was live before it is deleted", s.Run),
			"restore an older backup instead: tidemark backups")
	}
	checked, unknown, err := s.checked(ctx, v, conf, rec)
	if err != nil {
		return c, err
	}
	lines, back, err := rec.undoes(areasOf(v, conf.DataDirs, s.Run))
	if err != nil {
		return c, err
	}
	c.Summary = fmt.Sprintf("bring %s back as they were before run %s restored backup %s", engine.Count(back, "table"), s.Run, rec.Backup)
	if back == 0 {
		c.Summary = fmt.Sprintf("take away what run %s laid ready of backup %s; no table is to be brought back", s.Run, rec.Backup)
	}
	c.Details = lines
	c.Details, c.Unknown = append(c.Details, checked...), unknown
	if !v.Actual {
		c.Pre, err = stoppedFacts(ctx, v, conf)
	}
	return c, err
}

// checked refuses what would not be as before in the end, and says in lines what it found and what could not be looked at.
// Cassandra serves when the undo is planned, and is stopped when its turn comes.
func (s *undoRestore) checked(ctx context.Context, v *engine.View, conf cassconf.Config, rec *swapRecord) (lines, unknown []string, err error) {
	at := attendance{s.Nodes, s.Gone}
	unchecked, err := rec.whole(at, "it would keep the restored rows, and of both the newer ones would win, deletions too")
	if err != nil || !rec.held() || v.Actual {
		return nil, said(unchecked), err
	}
	ring, err := at.left(ctx, v, conf)
	if err != nil {
		return nil, nil, err
	}
	lines, tables, err := rec.stillLive(ctx, v, conf)
	return lines, append(said(unchecked, ring), tables...), err
}

// said are the lines that say something.
func said(lines ...string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

func (s *undoRestore) out(rec *swapRecord) UndoOut {
	return UndoOut{Run: s.Run, Backup: rec.Backup, Tables: append([]string{}, rec.Dirs...)}
}

// Apply exchanges back and lets go of the backup.
func (s *undoRestore) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	conf, rec, err := restoreOf(h, s.Run)
	if err != nil || rec == nil {
		return engine.Output{Value: UndoOut{Run: s.Run, Tables: []string{}}}, err
	}
	o, err := ownerOf(h, conf)
	if err != nil {
		return engine.Output{}, err
	}
	sw := &swapper{asker: h, areas: areasOf(h, conf.DataDirs, s.Run), rec: rec, owner: o, prove: func() error { return proveStopped(ctx, h, conf) }}
	if err := sw.undo(ctx); err != nil {
		return engine.Output{}, fmt.Errorf("undo the restore of run %s: %w", s.Run, err)
	}
	if err := letGo(h, rec); err != nil {
		return engine.Output{}, err
	}
	out := s.out(rec)
	return engine.Output{Value: out, Note: fmt.Sprintf("as before run %s: %s", s.Run, engine.Count(len(out.Tables), "table"))}, nil
}

// holds tells whether the restore keeps retention from its backup. Who undoes or releases it may be killed right before it
// lets go: behind an undo the release does it, behind a release its next attempt.
func (r *swapRecord) holds(a engine.Asker) bool {
	return slices.Contains(backup.Users(a, r.BackupDir, r.Backup), r.Run)
}

// letGo lets retention have the backup again; it may be gone from this node already.
func letGo(a engine.Asker, rec *swapRecord) error {
	if !exists(a.Path(backup.Path(rec.BackupDir, rec.Backup, ""))) {
		return nil
	}
	return backup.Unuse(a, rec.BackupDir, rec.Backup, rec.Run)
}

// Probe looks again whether the restore is undone.
func (s *undoRestore) Probe(_ context.Context, v *engine.View, _ string) (string, error) {
	return undoneNow(v, s.Run)
}

// undoneNow is "true" where the data of the run's restore is not live: it exchanged nothing here, or is undone, whether
// what it kept is still there or not.
func undoneNow(a engine.Asker, run string) (string, error) {
	_, rec, err := restoreOf(a, run)
	return fmt.Sprint(rec == nil || rec.asBefore()), err
}
