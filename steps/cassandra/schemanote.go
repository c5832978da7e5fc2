package cassandra

import (
	"context"
	"fmt"

	"tidemark/engine"
	"tidemark/steps/internal/cql"
)

// noteSchema notes on its node what restore-schema is going to create.
type noteSchema restoreSchema

// Check refuses what cannot be looked for.
func (s *noteSchema) Check() error { return s.restore().Check() }

// NoteSchema is the kind note-schema.
func NoteSchema() engine.Kind {
	return engine.Kind{
		Name: "note-schema",
		Doc: "Notes on the node which keyspaces and tables of a backup the live schema lacks, before restore-schema creates them. " +
			"It stands in a stage of its own before that one, on all nodes: should the node through which they are created be gone for good, " +
			"undo-schema can still drop them. It refuses what restore-schema would refuse.",
		Example: "id: note\nnote-schema: {backup: 20261122T010203Z-k7, keyspaces: [homer]}",
		Redo:    engine.Idempotent,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &noteSchema{} },
		Version: 1,
	}
}

func (s *noteSchema) restore() *restoreSchema { return (*restoreSchema)(s) }

// Plan says what is missing; what was noted before stays, as it may be created by now.
func (s *noteSchema) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	_, rec, err := createdBy(v, v.Run)
	if err != nil {
		return engine.Change{}, err
	}
	if rec != nil && rec.Foreseen.covers(s.Keyspaces) {
		return engine.Change{Sign: engine.Same, Summary: "what backup " + s.Backup + " has and the schema lacked is noted"}, nil
	}
	m, err := s.restore().open(v)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Sign: engine.Creates}
	fact, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{fact}
	if !serves {
		c.Sign, c.Later, c.Summary = engine.NotKnown, engine.AfterSteps, "note what is missing of backup "+s.Backup
		return c, nil
	}
	d, err := s.restore().diff(ctx, v, v.Run, m)
	if err != nil {
		return c, err
	}
	c.Summary = fmt.Sprintf("note what is missing of backup %s, for its undo: %s, %s", s.Backup, engine.Count(len(d.keyspaces), "keyspace"), engine.Count(len(d.missing), "table"))
	return c, nil
}

// Apply writes the note, also where nothing is missing: an undo then knows that there is nothing.
func (s *noteSchema) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	m, err := s.restore().open(h)
	if err != nil {
		return engine.Output{}, err
	}
	conf, rec, err := createdBy(h, h.Run)
	if err != nil {
		return engine.Output{}, err
	}
	d, err := s.restore().diff(ctx, h, h.Run, m)
	if err != nil {
		return engine.Output{}, err
	}
	if rec == nil {
		rec = &createdRecord{Run: h.Run, Backup: s.Backup}
	}
	if rec.Foreseen == nil {
		rec.Foreseen = &foreseen{}
	}
	rec.Foreseen.add(s.Keyspaces, d, m)
	return engine.Output{Note: fmt.Sprintf("%s, %s missing", engine.Count(len(d.keyspaces), "keyspace"), engine.Count(len(d.missing), "table"))}, rec.save(h, conf.DataDirs)
}
