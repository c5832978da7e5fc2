package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// undoSchema drops what restore-schema of a run created through this node.
type undoSchema struct {
	Run string `json:"run" help:"run whose keyspaces and tables are dropped" required:"true"`

	Gone []string `json:"gone" help:"nodes of the restore that no longer exist: what it created through them is dropped where note-schema noted it before, and stays where it did not"`
}

// UndoSchemaOut is what undo-schema dropped, through this node, for the whole ring.
type UndoSchemaOut struct {
	Run       string   `json:"run" help:"run that had created it"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces of that run that are gone"`
	Tables    []string `json:"tables" help:"tables of that run that are gone, each as KEYSPACE.TABLE"`
	Kept      []string `json:"kept" help:"what that run created and is not dropped, each with the reason"`
}

// Check refuses what cannot be looked for or written.
func (s *undoSchema) Check() error { return checkRun(s.Run) }

// UndoSchema is the kind undo-schema.
func UndoSchema() engine.Kind {
	return engine.Kind{
		Name: "undo-schema",
		Doc: "Drops the keyspaces and tables that restore-schema of a run created, with all that was written into them since. " +
			"It stands behind undo-restore and behind the start of Cassandra. A table is known by its id: one that was dropped and created again since, " +
			"or that a later run restored, stays and is named; so do a keyspace that has other tables by now, and the user types that it created in a keyspace that stays; " +
			"their names are told. The schema is the ring's: run it with parallel: 1; the node through which the run created them has the record. " +
			"Where nodes are gone, all is dropped that note-schema found missing before the run created it; where it did not look, what was created through them stays, and is named. " +
			"Cassandra keeps a snapshot dropped-… of each table where auto_snapshot is on.",
		Example: "id: schema\nundo-schema: {run: 20261122T010203Z-k7}",
		Redo:    engine.Checked,
		Risk:    engine.Overwrites,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &undoSchema{} },
		Out:     UndoSchemaOut{},
		Version: 1,
	}
}

// Plan lists what would be dropped. Before the undo Cassandra may be stopped: then the record alone says it.
func (s *undoSchema) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	conf, rec, err := createdBy(v, s.Run)
	if err != nil {
		return engine.Change{}, err
	}
	switch {
	case rec == nil:
		return s.nothing("run "+s.Run+" created no keyspace or table through this node", s.out(&createdRecord{}, s.lost(rec))), nil
	case rec.Undone != nil:
		return s.nothing("what run "+s.Run+" created is dropped", *rec.Undone), nil
	case rec.all().none():
		return s.nothing("run "+s.Run+" created no keyspace or table", s.out(rec, s.lost(rec))), nil
	}
	c := engine.Change{Sign: engine.Destroys, Risk: engine.Overwrites}
	undone, err := s.undone(v)
	if err != nil {
		return c, err
	}
	fact, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{undone, fact}
	mine := s.mine(rec)
	drops := &drops{rec: mine, keyspaces: mine.Keyspaces, tables: mine.Tables, kept: s.lost(rec)}
	if serves {
		if drops, err = s.drops(ctx, v, conf, rec); err != nil {
			return c, err
		}
	} else if drops.keepTypes(mine.Types); !drops.none() {
		c.Unknown = []string{"whether they are still the tables that it created: Cassandra does not serve yet"}
	}
	c.Summary, c.Details = s.summary(drops), drops.lines()
	if !drops.none() {
		return c, nil
	}
	if c.Risk = engine.Harmless; !v.Actual {
		c.Sign, c.Later = engine.NotKnown, engine.AfterSteps
	}
	return c, nil
}

// mine is what is to be dropped through this node: what the run created through it, and where nodes are gone, all that it
// was to create.
func (s *undoSchema) mine(rec *createdRecord) *createdRecord {
	if len(s.Gone) == 0 {
		return rec
	}
	return rec.all()
}

// drops compares that with the live schema.
func (s *undoSchema) drops(ctx context.Context, a engine.Asker, conf cassconf.Config, rec *createdRecord) (*drops, error) {
	d, err := dropsOf(ctx, a, conf, s.mine(rec))
	if err == nil {
		d.kept = append(d.kept, s.lost(rec)...)
	}
	return d, err
}

func (s *undoSchema) summary(d *drops) string {
	if d.none() {
		return "note what became of what run " + s.Run + " created: there is nothing to drop through this node"
	}
	whose := "that run " + s.Run + " created"
	if len(s.Gone) > 0 {
		whose = "that were missing before run " + s.Run + " created them"
	}
	return fmt.Sprintf("drop %s and %s %s, with all that was written into them since",
		engine.Count(len(d.keyspaces), "keyspace"), engine.Count(len(d.tables), "table"), whose)
}

// lost says what nobody can drop: what was created through a node that is gone, where no other node foresaw it.
func (s *undoSchema) lost(rec *createdRecord) []survivor {
	if len(s.Gone) == 0 || rec != nil && rec.Foreseen != nil {
		return nil
	}
	return []survivor{{
		"what run " + s.Run + " created through " + strings.Join(s.Gone, ", ") + ", if anything,",
		"the record is gone with the node; compare the schema with the one from before that run, and drop what is too much by hand",
	}}
}

func (s *undoSchema) nothing(summary string, out UndoSchemaOut) engine.Change {
	c := engine.Change{Sign: engine.Same, Summary: summary, Out: engine.Encode(out)}
	for _, k := range out.Kept {
		c.Details = append(c.Details, "= "+k)
	}
	return c
}

// undone refuses while the data of the run is live: a restore that is kept needs its tables.
func (s *undoSchema) undone(v *engine.View) (engine.Fact, error) {
	fact, err := v.Fact(factUndone(s.Run), func() (string, error) { return undoneNow(v, s.Run) })
	if err == nil && fact.Value != "true" {
		err = engine.WithNext(engine.Failf(engine.ClassPrecondition, "the restore of run %s is not undone on %s: its tables are not dropped", s.Run, v.Node),
			"put the step undo-restore, and the start of Cassandra behind it, before this one")
	}
	return fact, err
}

// Apply drops keyspaces first, then the tables of those that stay, and notes that it is done, also where another node
// dropped them: what is created by the same ids later is not this run's.
func (s *undoSchema) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	conf, rec, err := createdBy(h, s.Run)
	if err != nil || rec == nil {
		return engine.Output{Value: s.out(&createdRecord{}, s.lost(rec))}, err
	}
	drops, err := s.drops(ctx, h, conf, rec)
	if err != nil {
		return engine.Output{}, err
	}
	if err := drops.send(ctx, h, cql.At(h, conf.CQLAddress())); err != nil {
		return engine.Output{}, err
	}
	out := s.out(drops.rec, drops.kept)
	rec.Undone = &out
	if err := rec.save(h, conf.DataDirs); err != nil {
		return engine.Output{}, err
	}
	return engine.Output{Value: out, Note: strings.Join(append([]string{out.note()}, out.Kept...), "; ")}, nil
}

func (o UndoSchemaOut) note() string {
	if len(o.Keyspaces)+len(o.Tables) == 0 {
		return "nothing was to be dropped through this node"
	}
	return fmt.Sprintf("%s, %s are gone", engine.Count(len(o.Keyspaces), "keyspace"), engine.Count(len(o.Tables), "table"))
}

// out says what is gone, whichever attempt dropped it.
func (s *undoSchema) out(rec *createdRecord, kept []survivor) UndoSchemaOut {
	out := UndoSchemaOut{Run: s.Run, Keyspaces: []string{}, Tables: []string{}, Kept: []string{}}
	stays := func(name string) bool {
		return slices.ContainsFunc(kept, func(k survivor) bool { return k.name == name })
	}
	for _, k := range rec.Keyspaces {
		if !stays(k) {
			out.Keyspaces = append(out.Keyspaces, k)
		}
	}
	for _, t := range rec.Tables {
		if !stays(t.String()) {
			out.Tables = append(out.Tables, t.String())
		}
	}
	for _, k := range kept {
		out.Kept = append(out.Kept, k.String())
	}
	return out
}
