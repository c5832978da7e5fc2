package cassandra

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// restoreKeyspace exchanges one keyspace's table directories with what lies ready.
type restoreKeyspace struct {
	Keyspace string `json:"keyspace" help:"keyspace to exchange" required:"true"`
	Backup   string `json:"backup" help:"backup id" required:"true"`
	Dir      string `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`

	// hand is how it settles what it finds done; tests remember there what is on disk.
	hand hand
}

// RestoreOut is what restore-keyspace exchanged on one node.
type RestoreOut struct {
	Keyspace string   `json:"keyspace" help:"keyspace"`
	Backup   string   `json:"backup" help:"backup id"`
	Tables   []string `json:"tables" help:"tables that were exchanged"`
	Closed   bool     `json:"closed" help:"whether this was the last keyspace of the run on this node"`
}

// Check refuses what cannot be looked for or written.
func (s *restoreKeyspace) Check() error {
	return errors.Join(backup.CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), argument.DataKeyspace("keyspace", s.Keyspace))
}

// RestoreKeyspace is the kind restore-keyspace.
func RestoreKeyspace() engine.Kind {
	return engine.Kind{
		Name: "restore-keyspace",
		Doc: "Exchanges the table directories of one keyspace with those laid ready from a backup, each in one step. " +
			"Cassandra must be stopped clean, which is proved before each exchange; hints, of all keyspaces, and saved caches are moved away, so each with more than one replica is to be repaired afterwards; other tools' snapshots stay " +
			"with the live tables. What was live is kept until release-restore, or comes back by undo-restore. Tables that the backup lacks stay as they are.",
		Example:  "id: restore\nrestore-keyspace: {keyspace: homer, backup: 20261122T010203Z-k7}",
		Redo:     engine.Checked,
		Risk:     engine.Overwrites,
		Destroys: true,
		Reads:    cql.Reads(),
		New:      func() engine.Step { return &restoreKeyspace{} },
		Out:      RestoreOut{},
		Version:  1,
	}
}

// factRestored is the id of the backup that a keyspace was restored from.
func factRestored(keyspace string) string { return "restored." + keyspace }

// Plan says which tables are overwritten. On the actual state it is Same only when every directory is exchanged,
// its snapshots are back and Cassandra has not run since, so that an unknown outcome can be settled by it.
func (s *restoreKeyspace) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	conf, m, rec, err := openRestore(v, s.Dir, s.Backup, s.Keyspace)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Changes, Risk: engine.Overwrites, Will: []engine.Fact{{Key: factRestored(s.Keyspace), Value: s.Backup}}}
	done, err := s.finished(v, conf, m, rec)
	if err != nil {
		return c, err
	}
	if done {
		c.Sign, c.Risk, c.Summary = engine.Same, engine.Harmless, fmt.Sprintf("%s is restored from backup %s", s.Keyspace, s.Backup)
		c.Out = engine.Encode(s.out(m, rec))
		if v.Actual {
			return c, (&swapper{asker: v, hand: s.hand, areas: areasOf(v, conf.DataDirs, v.Run), rec: rec}).settled()
		}
		return c, nil
	}
	c.Summary = fmt.Sprintf("exchange %s of %s with backup %s; what is live is kept until the restore is released", engine.Count(len(m.In(s.Keyspace)), "table"), s.Keyspace, s.Backup)
	c.Details = s.details(v, conf, m, rec)
	if v.Actual {
		return c, nil // Apply proves that Cassandra is stopped clean, before each exchange
	}
	c.Pre, err = stoppedFacts(ctx, v, conf)
	return c, err
}

func (s *restoreKeyspace) finished(v *engine.View, conf cassconf.Config, m *backup.Manifest, rec *swapRecord) (bool, error) {
	tables, without := tablesOf(m, rec, s.Keyspace, conf.DataDirs)
	if rec == nil || len(without) > 0 || (rec.State != stateRestored && rec.State != stateOpen) {
		return false, nil
	}
	sw := &swapper{asker: v, areas: areasOf(v, conf.DataDirs, v.Run), rec: rec}
	for _, t := range tables {
		if ok, err := sw.restored(t); err != nil || !ok {
			return false, err
		}
	}
	if rec.State == stateRestored {
		return true, nil
	}
	// still open: only while others wait; else closing it is what is left to do
	return sw.waiting()
}

func (s *restoreKeyspace) details(v *engine.View, conf cassconf.Config, m *backup.Manifest, rec *swapRecord) []string {
	var out []string
	for _, t := range m.In(s.Keyspace) {
		line := fmt.Sprintf("~ %s.%s: %s, %s from the backup", t.Keyspace, t.Name, engine.Count(len(t.Files), "file"), engine.Bytes(t.Bytes()))
		if live, ok := liveBytes(v, conf, t, rec); ok {
			line += fmt.Sprintf(" for %s that are live", engine.Bytes(live))
		}
		out = append(out, line)
	}
	return append(out, "- hints, which are of all keyspaces, and saved caches are moved away")
}

// liveBytes is the size of a table as it is live; false where its directory is not known for sure.
func liveBytes(v *engine.View, conf cassconf.Config, t backup.Table, rec *swapRecord) (int64, bool) {
	areas := areasOf(v, conf.DataDirs, v.Run)
	dir := ""
	if rec != nil {
		dir = rec.dirOf(t.Keyspace, t.Name)
	}
	if dirs, err := liveDirs(areas, t.Keyspace, t.Name); dir == "" && err == nil && len(dirs) == 1 {
		dir = dirs[0]
	}
	var total int64
	for _, a := range areas {
		files, err := contents(filepath.Join(a.data, t.Keyspace, dir))
		if err != nil {
			return 0, false
		}
		for _, size := range files {
			total += size
		}
	}
	return total, dir != ""
}

// Probe looks again whether the keyspace is restored and Cassandra has not soiled it while the swap is open.
func (s *restoreKeyspace) Probe(_ context.Context, v *engine.View, _ string) (string, error) {
	conf, m, rec, err := openRestore(v, s.Dir, s.Backup, s.Keyspace)
	if err != nil {
		return "", err
	}
	if done, err := s.finished(v, conf, m, rec); err != nil || !done {
		return "", err
	}
	return s.Backup, nil
}
