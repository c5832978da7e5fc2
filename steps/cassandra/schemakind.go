package cassandra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cql"
)

// restoreSchema creates what the live schema lacks of a backup's.
type restoreSchema struct {
	Backup    string   `json:"backup" help:"backup id" required:"true"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces to restore" required:"true"`
	Dir       string   `json:"dir" help:"directory of the backups on the node" default:"/var/lib/tidemark/backups"`
}

// SchemaOut is what restore-schema of the run created, for the whole ring.
type SchemaOut struct {
	Backup    string   `json:"backup" help:"backup id"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces that were created"`
	Tables    []string `json:"tables" help:"tables that were created"`
	LeftOut   []string `json:"left_out" help:"options of saved tables that this version of Cassandra does not know, each as TABLE: OPTION"`
	Kept      []string `json:"kept" help:"live tables that the backup lacks"`
}

// Check refuses what cannot be looked for or written.
func (s *restoreSchema) Check() error {
	return errors.Join(backup.CheckArg("backup", s.Backup), argument.Path("dir", s.Dir), argument.DataKeyspaces("keyspaces", s.Keyspaces))
}

// RestoreSchema is the kind restore-schema.
func RestoreSchema() engine.Kind {
	return engine.Kind{
		Name: "restore-schema",
		Doc: "Creates the keyspaces and tables of a backup that the live schema lacks, from the saved schema with the saved ids. " +
			"Tables that exist must have the saved columns, types, dropped columns and indexes, else it refuses; nothing is altered or dropped. " +
			"A table that this run was interrupted in creating is completed. What it creates is noted on the node, and dropped by undo-schema; " +
			"a step note-schema before it notes it on all nodes. " +
			"The schema is the ring's: run it with parallel: 1, then the first node creates and the others find it done.",
		Example: "id: schema\nrestore-schema: {backup: 20261122T010203Z-k7, keyspaces: [homer]}",
		Redo:    engine.Idempotent,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &restoreSchema{} },
		Out:     SchemaOut{},
		Version: 1,
	}
}

// factSchema is the id of the backup whose tables of a keyspace all exist.
func factSchema(keyspace string) string { return "schema." + keyspace }

// Plan says what would be created.
func (s *restoreSchema) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	m, err := s.open(v)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Creates}
	for _, k := range s.Keyspaces {
		c.Will = append(c.Will, engine.Fact{Key: factSchema(k), Value: s.Backup})
	}
	fact, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{fact}
	if !serves {
		c.Sign, c.Later, c.Summary = engine.NotKnown, engine.AfterSteps, "create what is missing of backup "+s.Backup
		c.Unknown = []string{"which tables are missing: Cassandra does not serve yet"}
		return c, nil
	}
	d, err := s.diff(ctx, v, v.Run, m)
	if err != nil {
		return c, err
	}
	return s.creates(c, d), nil
}

// creates says what the difference asks for.
func (s *restoreSchema) creates(c engine.Change, d liveDiff) engine.Change {
	if len(d.keyspaces)+len(d.missing)+len(d.unfinished) == 0 {
		c.Sign, c.Summary = engine.Same, "all keyspaces and tables of backup "+s.Backup+" exist"
		c.Out = engine.Encode(s.out(d))
		return c
	}
	c.Summary = fmt.Sprintf("create %s and %s from the schema of backup %s", engine.Count(len(d.keyspaces), "keyspace"), engine.Count(len(d.missing)+len(d.unfinished), "table"), s.Backup)
	for _, k := range d.keyspaces {
		c.Details = append(c.Details, "+ "+createKeyspace(k))
	}
	for _, t := range d.types {
		c.Details = append(c.Details, "+ type "+t)
	}
	for _, t := range d.missing {
		c.Details = append(c.Details, "+ "+t)
	}
	for _, why := range d.lacks {
		c.Details = append(c.Details, "~ completed, since this run was interrupted in it: "+why)
	}
	return c
}

func (s *restoreSchema) open(a engine.Asker) (*backup.Manifest, error) {
	m, err := backup.Open(a, s.Dir, s.Backup, backup.Cassandra)
	if err != nil {
		return nil, err
	}
	for _, k := range s.Keyspaces {
		if m.Keyspace(k) == nil {
			return nil, lacksKeyspace(m, k)
		}
		for _, t := range m.In(k) {
			if _, err := checkSaved(t); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// liveDiff is schemaDiff with the keyspaces and user types that are missing, the live tables, and what the run has created
// so far.
type liveDiff struct {
	schemaDiff
	keyspaces []backup.Keyspace
	types     []string
	live      []cql.Table
	rec       *createdRecord
}

// diff compares with the live schema and refuses tables that do not fit, except those that run itself has begun.
func (s *restoreSchema) diff(ctx context.Context, a engine.Asker, run string, m *backup.Manifest) (liveDiff, error) {
	conf, err := readConfig(a)
	if err != nil {
		return liveDiff{}, err
	}
	rec, err := readCreated(a, conf.DataDirs, run)
	if err != nil {
		return liveDiff{}, err
	}
	server := cql.At(a, conf.CQLAddress())
	have, err := server.Keyspaces(ctx, s.Keyspaces)
	if err != nil {
		return liveDiff{}, err
	}
	tables, err := server.Tables(ctx, s.Keyspaces)
	if err != nil {
		return liveDiff{}, err
	}
	d := liveDiff{schemaDiff: compareSchema(m, s.Keyspaces, tables, rec), live: tables, rec: rec}
	for _, k := range s.Keyspaces {
		if !slices.ContainsFunc(have, func(h cql.Keyspace) bool { return h.Name == k }) {
			d.keyspaces = append(d.keyspaces, *m.Keyspace(k))
		}
	}
	if len(d.differs) > 0 {
		return d, s.misfit(m, d.differs)
	}
	types, differs, err := missingTypes(ctx, server, m, slices.Concat(d.missing, d.unfinished))
	if d.types = types; err == nil && len(differs) > 0 {
		err = s.misfit(m, differs)
	}
	return d, err
}

func (s *restoreSchema) misfit(m *backup.Manifest, why []string) error {
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "the live schema differs from backup %s: %s", m.Backup, strings.Join(why, "; ")),
		"bring the tables back to the saved schema, or drop them so that they are created anew")
}

// out names all that the run has created of the step's keyspaces, also in an earlier attempt or through another node.
func (s *restoreSchema) out(d liveDiff) SchemaOut {
	out := SchemaOut{Backup: s.Backup, Keyspaces: []string{}, Tables: []string{}, LeftOut: []string{}, Kept: append([]string{}, d.kept...)}
	if d.rec == nil {
		return out
	}
	for _, k := range d.rec.all().Keyspaces {
		if slices.Contains(s.Keyspaces, k) {
			out.Keyspaces = append(out.Keyspaces, k)
		}
	}
	for _, t := range d.live {
		if slices.Contains(s.Keyspaces, t.Keyspace) && d.rec.made(t) {
			out.Tables = append(out.Tables, t.Keyspace+"."+t.Name)
		}
	}
	return out
}

func (o SchemaOut) note() string {
	text := fmt.Sprintf("created %s, %s", engine.Count(len(o.Keyspaces), "keyspace"), engine.Count(len(o.Tables), "table"))
	if len(o.LeftOut) > 0 {
		text += "; options this version does not know were left out: " + strings.Join(o.LeftOut, ", ")
	}
	return text
}

// Probe looks again whether all tables exist.
func (s *restoreSchema) Probe(ctx context.Context, v *engine.View, _ string) (string, error) {
	m, err := s.open(v)
	if err != nil {
		return "", err
	}
	if _, err := s.settled(ctx, v, v.Run, m); err != nil {
		return "", err
	}
	return s.Backup, nil
}
