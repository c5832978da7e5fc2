package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/nodetool"
)

// planDrain refuses a Cassandra that was stopped with changes in its commit log: files may be swapped in only after a
// clean stop. Stopped clean, or drained already, is done, so that a resumed run
// passes here.
func (s *toolStep) planDrain(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Same, Summary: "drain: nothing to do", Argv: s.argv(), Will: []engine.Fact{{Key: factClean, Value: "true"}}}
	if v.Actual {
		steady(ctx, v)
	}
	running, err := runs(ctx, v)
	if err != nil {
		return c, err
	}
	clean, err := v.Fact(factClean, func() (string, error) { return clean(ctx, v, running.Value) })
	if err != nil {
		return c, err
	}
	c.Pre = []engine.Fact{running, clean}
	switch {
	case clean.Value == "true":
		c.Summary = "drain: drained already"
		c.Out = engine.Encode(ToolOut{Command: drain, Mode: drainedMode(running.Value)})
		return c, nil
	case running.Value == cassconf.Stopped:
		return c, engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra does not run on %s, and its commit log holds changes that a drain would flush", v.Node),
			"start it once: monit start -g cassandra; wait until it serves; then again: it is drained and stopped")
	}
	c.Sign, c.Summary, c.Risk = engine.Changes, "drain Cassandra: it flushes everything and takes no more requests until it is started again", engine.Interrupts
	c.Will = append(c.Will, engine.Fact{Key: cassconf.FactRunning, Value: cassconf.Unclear})
	return c, s.drainable(ctx, v)
}

func drainedMode(running string) string {
	if running == cassconf.Stopped {
		return ""
	}
	return nodetool.Drained
}

// drainable refuses a node that is just starting, joining or being drained by somebody else. Where an earlier step is
// still to start Cassandra it cannot be asked yet.
func (s *toolStep) drainable(ctx context.Context, v *engine.View) error {
	if _, promised := v.Promised(cassconf.FactRunning); promised {
		return nil
	}
	mode, err := nodetool.New(v).Mode(ctx)
	if err == nil && mode != nodetool.Normal {
		err = engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra on %s is in mode %s; only %s can be drained", v.Node, mode, nodetool.Normal),
			"wait until nodetool netstats says NORMAL (or DRAINED), then again")
	}
	return err
}

// drainNow drains and proves it. From now on nothing serves, so the proof comes from the disk where it can, and only
// else from nodetool, which takes a second and more.
func drainNow(ctx context.Context, h *engine.Host, tool *nodetool.Tool) error {
	if err := tool.Drain(ctx, drainLimit); err != nil {
		return err
	}
	if drainedOnDisk(ctx, h) {
		return nil
	}
	return tool.ProveDrained(ctx)
}

// drainedOnDisk tells whether Cassandra takes neither requests nor other members' writes any more, and its commit log is
// there and has nothing to replay. What cannot be told is no.
func drainedOnDisk(ctx context.Context, a engine.Asker) bool {
	c, err := readConfig(a)
	if err != nil {
		return false
	}
	for _, port := range []string{c.CQLAddress(), c.StorageAddress()} {
		if open, err := a.Listens(ctx, engine.Signaling, port); err != nil || open {
			return false
		}
	}
	dir := a.Path(c.CommitLog)
	files, err := names(dir)
	if err != nil || !slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(f, "CommitLog-") }) {
		return false
	}
	why, err := pending(dir)
	return err == nil && why == ""
}

// clean probes factClean: what runs is clean while it is drained; what is stopped, when nothing is left to replay.
func clean(ctx context.Context, a engine.Asker, running string) (string, error) {
	switch running {
	case cassconf.Runs:
		return "false", nil // it takes writes
	case cassconf.Stopped:
		c, err := readConfig(a)
		if err != nil {
			return "", err
		}
		return cleanNow(a, c)
	}
	mode, err := nodetool.New(a).Mode(ctx)
	switch {
	case engine.ClassOf(err) == engine.ClassConnect:
		return "false", nil // its process lives and does not answer yet: it is starting, and a drained one answers
	case err != nil:
		return "", err
	}
	return fmt.Sprint(mode == nodetool.Drained), nil
}

// Probe looks at one of the promised facts again.
func (s *toolStep) Probe(ctx context.Context, v *engine.View, key string) (string, error) {
	if keyspace, ok := strings.CutPrefix(key, "autocompaction."); ok {
		running, err := cassconf.Running(ctx, v)
		if err != nil {
			return "", err
		}
		if running != cassconf.Runs {
			return "Cassandra does not serve", nil
		}
		return compaction(ctx, v, keyspace, true)
	}
	running, err := cassconf.Running(ctx, v)
	if err != nil || key == cassconf.FactRunning {
		return running, err
	}
	return clean(ctx, v, running)
}
