package cassandra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cql"
	"tidemark/steps/internal/nodetool"
)

type snapshot struct {
	Tag       string   `json:"tag" help:"the snapshot's name, the backup's id" required:"true"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces to snapshot, all at one moment" required:"true"`
	Dir       string   `json:"dir" help:"directory of the backups where it is noted that the snapshot goes with the run; empty: it stays until somebody clears it"`
}

// SnapshotOut is the snapshot that was taken.
type SnapshotOut struct {
	Tag       string    `json:"tag" help:"the snapshot's name, the backup's id"`
	Keyspaces []string  `json:"keyspaces" help:"keyspaces in it"`
	Tables    int       `json:"tables" help:"how many tables it has"`
	Time      time.Time `json:"time" help:"when it was taken"`
}

// Check refuses what cannot be looked for or written.
func (s *snapshot) Check() error {
	return errors.Join(backup.CheckArg("tag", s.Tag), argument.DataKeyspaces("keyspaces", s.Keyspaces), s.checkDir())
}

func (s *snapshot) checkDir() error {
	if s.Dir == "" {
		return nil
	}
	return argument.Path("dir", s.Dir)
}

// Snapshot is the kind snapshot.
func Snapshot() engine.Kind {
	return engine.Kind{
		Name: "snapshot",
		Doc: "Takes one Cassandra snapshot of all given keyspaces in one call. The tag must be new on the node; afterwards every table's part " +
			"is looked for in its directory, since a word of success proves nothing. A part of a snapshot that an interruption left is cleared and taken anew.",
		Example: "id: snapshot\nsnapshot: {tag: 20261122T010203Z-k7, keyspaces: [homer, memento]}",
		Redo:    engine.Checked,
		Reads:   cql.Reads(),
		New:     func() engine.Step { return &snapshot{} },
		Out:     SnapshotOut{},
		Version: 1,
	}
}

// factSnapshot is the key of the fact that a snapshot is there; its values are present and absent.
func factSnapshot(tag string) string { return "snapshot." + tag }

const (
	present = "present"
	absent  = "absent"
)

// Plan refuses a tag that exists before the run. On the real state a whole snapshot of the tag is this run's.
func (s *snapshot) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{
		Sign: engine.Creates, Summary: fmt.Sprintf("snapshot %s of %s", s.Tag, strings.Join(s.Keyspaces, ", ")),
		Argv: append([]string{"nodetool", "snapshot", "-t", s.Tag, "--"}, s.Keyspaces...),
		Will: []engine.Fact{{Key: factSnapshot(s.Tag), Value: present}},
	}
	running, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{running}
	if !serves {
		c.Sign, c.Later, c.Unknown = engine.NotKnown, engine.AfterSteps, []string{"the keyspaces and snapshots of the node before Cassandra is started"}
		return c, nil
	}
	r, err := askRing(ctx, v, s.Keyspaces)
	if err != nil {
		return c, err
	}
	st, err := s.stands(v, r)
	if err != nil {
		return c, err
	}
	return s.decide(c, v, r, st)
}

// stands looks at all tables only for the dry run: just before Apply a tag that lies elsewhere makes nodetool refuse.
func (s *snapshot) stands(v *engine.View, r *ring) (standing, error) {
	if v.Actual {
		return r.look(s.Tag)
	}
	return r.lookEverywhere(s.Tag)
}

func (s *snapshot) decide(c engine.Change, v *engine.View, r *ring, st standing) (engine.Change, error) {
	switch {
	case st.absent():
		c.Details = []string{fmt.Sprintf("%s in %s; hard links, no space yet", engine.Count(len(r.tables), "table"), engine.Count(len(r.keyspaces), "keyspace"))}
	case !v.Actual:
		return c, engine.WithNext(engine.Failf(engine.ClassPrecondition, "snapshot %s exists already on %s", s.Tag, v.Node),
			"start a new run, which has a tag of its own; the old one goes with: nodetool clearsnapshot -t "+s.Tag)
	case st.complete():
		c.Sign, c.Summary = engine.Same, fmt.Sprintf("snapshot %s is there, %s", s.Tag, engine.Count(st.found, "table"))
		c.Out = engine.Encode(s.out(st))
		return c, nil
	default:
		c.Details = []string{fmt.Sprintf("an interrupted snapshot %s is cleared first; it lacks %s", s.Tag, strings.Join(st.without, ", "))}
	}
	return c, nil
}

// Apply takes the snapshot and proves it.
func (s *snapshot) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	r, err := askRing(ctx, h.View, s.Keyspaces)
	if err != nil {
		return engine.Output{}, err
	}
	st, err := r.look(s.Tag)
	if err != nil {
		return engine.Output{}, err
	}
	if !st.absent() {
		h.Log("clear the interrupted snapshot %s, which lacks %s", s.Tag, strings.Join(st.without, ", "))
		if err := clearSnapshot(ctx, h, s.Tag, s.Keyspaces); err != nil {
			return engine.Output{}, err
		}
	}
	if s.Dir != "" {
		if err := backup.NoteSnapshot(h, s.Dir, backup.Snapshot{ID: s.Tag, Node: h.Node, Keyspaces: s.Keyspaces, Schema: r.schemaSum()}); err != nil {
			return engine.Output{}, err
		}
	}
	if err := nodetool.New(h).Snapshot(ctx, s.Tag, s.Keyspaces); err != nil {
		return engine.Output{}, err
	}
	if st, err = r.look(s.Tag); err != nil {
		return engine.Output{}, err
	}
	if !st.complete() {
		return engine.Output{}, engine.Failf(engine.ClassIO, "nodetool snapshot -t %s: ended with status 0, but there is none of %s",
			s.Tag, strings.Join(st.without, ", "))
	}
	return engine.Output{Value: s.out(st), Note: fmt.Sprintf("snapshot %s: %s at %s", s.Tag, engine.Count(st.found, "table"), st.taken.Format(time.RFC3339))}, nil
}

func (s *snapshot) out(st standing) SnapshotOut {
	return SnapshotOut{Tag: s.Tag, Keyspaces: slices.Clone(s.Keyspaces), Tables: st.found, Time: st.taken}
}

// Probe looks whether the snapshot is still whole.
func (s *snapshot) Probe(ctx context.Context, v *engine.View, _ string) (string, error) {
	return probeSnapshot(ctx, v, s.Tag, s.Keyspaces)
}

func probeSnapshot(ctx context.Context, v *engine.View, tag string, keyspaces []string) (string, error) {
	r, err := askRing(ctx, v, keyspaces)
	if err != nil {
		return "", err
	}
	st, err := r.look(tag)
	switch {
	case err != nil:
		return "", err
	case st.complete():
		return present, nil
	case st.begun:
		return "partial", nil
	}
	return absent, nil
}
