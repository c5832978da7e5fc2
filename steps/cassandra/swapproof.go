package cassandra

import (
	"context"
	"fmt"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// factClean is "true" when Cassandra was drained since its last start, or stopped with nothing left to replay.
const factClean = "cassandra.clean"

// proveStopped fails unless Cassandra is stopped: no process, ports 7199, 9042 and 7000 closed; and stopped clean:
// its commit log has nothing to replay. Files may be swapped in only then: a log would bring rows back that are
// newer than the backup.
func proveStopped(ctx context.Context, a engine.Asker, c cassconf.Config) error {
	standing, err := c.Standing(ctx, a)
	if err != nil {
		return err
	}
	if len(standing) > 0 {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra is not stopped: %s", strings.Join(standing, ", ")),
			"drain and stop it (nodetool drain; monit stop cassandra_process)")
	}
	why, err := pending(a.Path(c.CommitLog))
	if err != nil {
		return engine.Fail(engine.ClassIO, fmt.Errorf("commit log: %w", err))
	}
	if why != "" {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra was not stopped clean: %s/%s", c.CommitLog, why),
			"start it once, drain, stop; never delete a commit log")
	}
	return nil
}

// stoppedFacts are what an exchange rests on, as earlier tasks will leave it; the error says what is missing.
func stoppedFacts(ctx context.Context, v *engine.View, c cassconf.Config) ([]engine.Fact, error) {
	running, err := v.Fact(cassconf.FactRunning, func() (string, error) { return cassconf.Running(ctx, v) })
	if err != nil {
		return nil, err
	}
	if running.Value != cassconf.Stopped {
		return nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra would not be stopped here (cassandra.running is %q)", running.Value),
			"put the steps drain, stop and wait until stopped before this one")
	}
	clean, err := v.Fact(factClean, func() (string, error) { return cleanNow(v, c) })
	if err != nil {
		return nil, err
	}
	if clean.Value != "true" {
		return nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra is stopped, but not clean: its commit log holds changes"),
			"start it once, drain, stop; then plan again")
	}
	return []engine.Fact{running, clean}, nil
}

// cleanNow answers for a stopped Cassandra, from its commit log.
func cleanNow(a engine.Asker, c cassconf.Config) (string, error) {
	why, err := pending(a.Path(c.CommitLog))
	if err != nil {
		return "", engine.Fail(engine.ClassIO, fmt.Errorf("commit log: %w", err))
	}
	if why != "" {
		return "false", nil
	}
	return "true", nil
}
