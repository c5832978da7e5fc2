package cassandra

import (
	"context"
	"errors"
	"fmt"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// stageRestore lays one keyspace of a backup ready beside the data directories.
type stageRestore struct {
	Keyspace string `json:"keyspace" help:"keyspace to lay ready" required:"true"`
	Backup   string `json:"backup" help:"backup id" required:"true"`
	Dir      string `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`

	Nodes []string `json:"nodes" names:"nodes" help:"the nodes that are restored in this run: undo-restore and release-restore want all of them"`
}

// StageOut is what stage-restore laid ready on one node.
type StageOut struct {
	Keyspace string   `json:"keyspace" help:"keyspace"`
	Backup   string   `json:"backup" help:"backup id"`
	Tables   []string `json:"tables" help:"tables that are ready"`
	Files    int      `json:"files" help:"how many files they have"`
	Linked   int64    `json:"linked" help:"bytes in linked files, which take no space"`
	Copied   int64    `json:"copied" help:"bytes in copied files"`
}

// Check refuses what cannot be looked for or written.
func (s *stageRestore) Check() error {
	return errors.Join(backup.CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), argument.DataKeyspace("keyspace", s.Keyspace))
}

// StageRestore is the kind stage-restore.
func StageRestore() engine.Kind {
	return engine.Kind{
		Name: "stage-restore",
		Doc: "Lays the tables of one keyspace ready beside Cassandra's data directories while Cassandra serves. " +
			"Big files that are Cassandra's own are linked, the others copied and given to Cassandra's user, readable for nobody to whom the live table is closed; the sha256 of each is compared " +
			"with the manifest. So the outage of the restore itself does not grow with the data.",
		Example: "id: staged\nstage-restore: {keyspace: homer, backup: 20261122T010203Z-k7}",
		Redo:    engine.Idempotent,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &stageRestore{} },
		Out:     StageOut{},
		Version: 1,
	}
}

// factStaged is the id of the backup whose files lie ready for a keyspace.
func factStaged(keyspace string) string { return "staged." + keyspace }

// Plan says what would be linked and copied, and whether there is room.
func (s *stageRestore) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	conf, m, rec, err := openRestore(v, s.Dir, s.Backup, s.Keyspace)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Creates, Will: []engine.Fact{{Key: factStaged(s.Keyspace), Value: s.Backup}}}
	if out, done, err := s.finished(ctx, v, conf, m, rec); err != nil || done {
		c.Sign, c.Summary, c.Out = engine.Same, fmt.Sprintf("%s from backup %s lies ready", s.Keyspace, s.Backup), engine.Encode(out)
		return c, err
	}
	all, err := needs(v, conf, m, s.Dir, []string{s.Keyspace})
	if err != nil {
		return c, err
	}
	facts, short, err := room(v, all)
	if err != nil {
		return c, err
	}
	if len(short) > 0 {
		return c, engine.WithNext(engine.Failf(engine.ClassSpace, "%s", short[0]), "free space on Cassandra's file system")
	}
	copied, linked := copiesOf(all)
	c.Pre, c.Bytes = facts, copied
	c.Summary = fmt.Sprintf("lay %s of %s ready from backup %s: link %s, copy %s", engine.Count(len(m.In(s.Keyspace)), "table"), s.Keyspace, s.Backup, engine.Bytes(linked), engine.Bytes(copied))
	for _, t := range m.In(s.Keyspace) {
		c.Details = append(c.Details, fmt.Sprintf("%s.%s: %s, %s", t.Keyspace, t.Name, engine.Count(len(t.Files), "file"), engine.Bytes(t.Bytes())))
	}
	return c, nil
}

// openRestore reads what every step of a restore begins with, and refuses a keyspace that the backup lacks and a
// restore over an unreleased one.
func openRestore(v *engine.View, dir, id, keyspace string) (cassconf.Config, *backup.Manifest, *swapRecord, error) {
	conf, err := readConfig(v)
	if err != nil {
		return conf, nil, nil, err
	}
	if err := refuseOthers(v, conf.DataDirs, v.Run); err != nil {
		return conf, nil, nil, err
	}
	m, err := backup.Open(v, dir, id, backup.Cassandra)
	if err != nil {
		return conf, nil, nil, err
	}
	if m.Keyspace(keyspace) == nil {
		return conf, nil, nil, lacksKeyspace(m, keyspace)
	}
	rec, err := readRecord(v, conf.DataDirs, v.Run)
	if err == nil && rec != nil && rec.Backup != id {
		err = engine.Failf(engine.ClassPrecondition, "run %s restores backup %s already; %s needs a run of its own", v.Run, rec.Backup, id)
	}
	return conf, m, rec, err
}

func lacksKeyspace(m *backup.Manifest, keyspace string) error {
	var have []string
	for _, k := range m.Keyspaces {
		have = append(have, k.Name)
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s has no keyspace %s; it has %v", m.Backup, keyspace, have),
		"correct the input keyspaces, or choose another backup")
}

// finished tells whether the keyspace lies ready for the tables that are live now. Where Cassandra cannot be asked,
// the tables noted when staging began count.
func (s *stageRestore) finished(ctx context.Context, v *engine.View, conf cassconf.Config, m *backup.Manifest, rec *swapRecord) (StageOut, bool, error) {
	out := StageOut{Keyspace: s.Keyspace, Backup: s.Backup}
	tables, without := tablesOf(m, rec, s.Keyspace, conf.DataDirs)
	if rec == nil || len(without) > 0 {
		return out, false, nil
	}
	sw := &swapper{asker: v, areas: areasOf(v, conf.DataDirs, v.Run), rec: rec}
	for _, t := range tables {
		if ok, err := sw.ready(t); err != nil || !ok {
			return out, false, err
		}
		out.add(t.Table)
	}
	live, err := serving(ctx, v, conf, s.Keyspace)
	if err != nil || live == nil {
		return out, err == nil, err
	}
	for _, t := range tables {
		if live[t.Name] != t.live {
			return out, false, nil
		}
	}
	return out, true, nil
}

func (o *StageOut) add(t backup.Table) {
	o.Tables = append(o.Tables, t.Name)
	o.Files += len(t.Files)
}

// serving asks a serving Cassandra for the directories of a keyspace's live tables, by table; nil if it does not serve.
func serving(ctx context.Context, a engine.Asker, conf cassconf.Config, keyspace string) (map[string]string, error) {
	up, err := a.Listens(ctx, engine.Signaling, conf.CQLAddress())
	if err != nil || !up {
		return nil, err
	}
	tables, err := cql.At(a, conf.CQLAddress()).Tables(ctx, []string{keyspace})
	live := map[string]string{}
	for _, t := range tables {
		live[t.Name] = tableDir(t)
	}
	return live, err
}

// Probe looks again whether the keyspace lies ready, or is exchanged already.
func (s *stageRestore) Probe(ctx context.Context, v *engine.View, _ string) (string, error) {
	conf, m, rec, err := openRestore(v, s.Dir, s.Backup, s.Keyspace)
	if err != nil {
		return "", err
	}
	if _, done, err := s.finished(ctx, v, conf, m, rec); err != nil || !done {
		return "", err
	}
	return s.Backup, nil
}
