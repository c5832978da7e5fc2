package cassandra

import (
	"context"
	"fmt"
	"os"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cql"
)

// Plan needs the snapshot, taken or promised, and the space for what will be copied.
func (s *saveSnapshot) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Creates, Summary: fmt.Sprintf("save snapshot %s to %s", s.Tag, backup.Path(s.Dir, s.Tag, backup.Cassandra)), Will: s.will()}
	m, err := s.saved(v)
	if err != nil {
		return c, err
	}
	running, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{running}
	if !serves {
		c.Sign, c.Later, c.Unknown = engine.NotKnown, engine.AfterSteps, []string{"the size of the tables before Cassandra is started"}
		return c, nil
	}
	if m != nil {
		return s.again(ctx, v, c, m)
	}
	fact, err := v.Fact(factSnapshot(s.Tag), func() (string, error) { return probeSnapshot(ctx, v, s.Tag, s.Keyspaces) })
	if err != nil {
		return c, err
	}
	if fact.Value != present {
		return c, engine.WithNext(engine.Failf(engine.ClassPrecondition, "snapshot %s of %s is %s on %s", s.Tag, strings.Join(s.Keyspaces, ", "), fact.Value, v.Node),
			"take it first, with a snapshot step")
	}
	c.Pre = append(c.Pre, fact)
	return s.size(ctx, v, c)
}

// will: a snapshot that is kept stays promised by the step that took it.
func (s *saveSnapshot) will() []engine.Fact {
	will := []engine.Fact{{Key: backup.FactOf(s.Tag), Value: backup.Saved}}
	if !s.Keep {
		will = append(will, engine.Fact{Key: factSnapshot(s.Tag), Value: absent})
	}
	return will
}

// saved is this run's own backup, where an earlier attempt got as far as its manifest; another run's is refused.
func (s *saveSnapshot) saved(v *engine.View) (*backup.Manifest, error) {
	if _, err := os.Lstat(v.Path(backup.Path(s.Dir, s.Tag, backup.Cassandra, "manifest.json"))); err != nil {
		return nil, nil //nolint:nilerr // not saved yet
	}
	m, err := backup.Open(v, s.Dir, s.Tag, backup.Cassandra)
	if err != nil {
		return nil, err
	}
	if m.Run != v.Run || m.Node != v.Node || !v.Actual {
		return nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "backup %s exists already on %s: saved by run %s on %s", s.Tag, v.Node, m.Run, m.Node),
			"start a new run, which has an id of its own")
	}
	return m, nil
}

// again: the manifest is written, so at most the snapshot is left to clear.
func (s *saveSnapshot) again(ctx context.Context, v *engine.View, c engine.Change, m *backup.Manifest) (engine.Change, error) {
	state := absent
	if !s.Keep {
		var err error
		if state, err = probeSnapshot(ctx, v, s.Tag, s.Keyspaces); err != nil {
			return c, err
		}
	}
	if state != absent {
		c.Details = []string{"the backup is saved; its snapshot is left to clear"}
		return c, nil
	}
	c.Sign, c.Summary, c.Out = engine.Same, fmt.Sprintf("backup %s is saved", s.Tag), engine.Encode(saveOut(m))
	return c, nil
}

// size estimates from the live tables, since at planning time there is no snapshot yet.
func (s *saveSnapshot) size(ctx context.Context, v *engine.View, c engine.Change) (engine.Change, error) {
	r, err := askRing(ctx, v, s.Keyspaces)
	if err != nil {
		return c, err
	}
	if err := s.everyMember(ctx, v, r); err != nil {
		return c, err
	}
	link, copied, err := liveSize(v, r)
	if err != nil {
		return c, err
	}
	line := fmt.Sprintf("%s: links to %s, copies of %s; %s", engine.Count(len(r.tables), "table"), engine.Bytes(link), engine.Bytes(copied), linksNote)
	if !oneFileSystem(v, s.Dir, r.conf.DataDirs) {
		line = fmt.Sprintf("%s: copies of %s, another file system", engine.Count(len(r.tables), "table"), engine.Bytes(link+copied))
		copied += link
	}
	c.Bytes, c.Details = copied, append(c.Details, line)
	fact, err := enoughSpace(v, s.Dir, copied)
	c.Pre = append(c.Pre, fact)
	return c, err
}

// everyMember refuses a set that leaves out a member of the ring: it would count as complete, and its restore would be
// refused or lose the ranges of the member that is missing.
func (s *saveSnapshot) everyMember(ctx context.Context, v *engine.View, r *ring) error {
	peers, err := cql.At(v, r.conf.CQLAddress()).Peers(ctx)
	if err != nil || len(peers) < len(s.Nodes) {
		return err
	}
	var others []string
	for _, p := range peers {
		others = append(others, p.Address)
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "the ring has %d members, the backup would hold %d (%s); %s also knows %s",
		len(peers)+1, len(s.Nodes), strings.Join(s.Nodes, ", "), v.Node, strings.Join(others, ", ")),
		"name every member in the site file and run it without --limit")
}

// Probe looks again at what was promised.
func (s *saveSnapshot) Probe(ctx context.Context, v *engine.View, key string) (string, error) {
	if key == backup.FactOf(s.Tag) {
		if _, err := backup.Open(v, s.Dir, s.Tag, backup.Cassandra); err != nil {
			return err.Error(), nil //nolint:nilerr // what is not there is the answer
		}
		return backup.Saved, nil
	}
	return probeSnapshot(ctx, v, s.Tag, s.Keyspaces)
}
