package cassandra

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/poll"
)

// waitPause is how often it is looked; a look that needs nodetool takes two to three seconds. Members that start
// together find each other within settling: until then CQL alone is asked, since a JVM for each look would take the
// processor from those that still start.
const (
	waitPause = time.Second
	settling  = 10 * time.Second
)

type waitStep struct {
	Members int      `json:"members" help:"how many members the ring must have; 0: those this node knows of (system.peers_v2) and itself" min:"0" max:"10000"`
	Nodes   []string `json:"nodes" help:"addresses or host ids that must be among them"`
}

// WaitOut is the ring that was waited for.
type WaitOut struct {
	HostID  string `json:"host_id" help:"host id of this node in the ring"`
	Release string `json:"release" help:"Cassandra's version"`
	Schema  string `json:"schema" help:"schema version that all members hold"`
	Members int    `json:"members" help:"how many members the ring has"`
}

// WaitCassandra is the kind wait-cassandra.
func WaitCassandra() engine.Kind {
	return engine.Kind{
		Name: "wait-cassandra",
		Doc: "Waits until Cassandra really serves. CQL answers on this node's address, every expected member of the ring is up and normal as seen from here, " +
			"and all hold one schema. `UN` alone is not serving: a drained node is UN. It waits as long as the step's timeout allows, without one a day, and then says what was missing.",
		Example: "id: serving\nwait-cassandra: {}\ntimeout: 5m",
		Redo:    engine.Pure,
		Reads:   ringReads(),
		New:     func() engine.Step { return &waitStep{} },
		Out:     WaitOut{},
		Version: 1,
	}
}

// Plan looks once on the real state. For a dry run it refuses to wait for a Cassandra that would be stopped here.
func (s *waitStep) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: "wait until Cassandra serves and " + s.expected()}
	if v.Actual {
		return c, s.now(ctx, v, &c)
	}
	if promised, ok := v.Promised(cassconf.FactRunning); ok && promised != cassconf.Runs {
		return c, engine.WithNext(engine.Failf(engine.ClassPrecondition, "Cassandra would not serve here: an earlier step leaves it %s",
			map[bool]string{true: "stopped", false: "drained"}[promised == cassconf.Stopped]), "put a step that starts it before this one")
	}
	return c, nil
}

func (s *waitStep) expected() string {
	switch {
	case len(s.Nodes) > 0:
		return "sees " + strings.Join(s.Nodes, ", ")
	case s.Members > 0:
		return "sees " + engine.Count(s.Members, "member")
	}
	return "sees every member it knows"
}

func (s *waitStep) now(ctx context.Context, v *engine.View, c *engine.Change) error {
	var out WaitOut
	missing, err := s.look(ctx, v, true, &out)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		c.Unknown = missing
		return nil
	}
	c.Sign, c.Later, c.Summary = engine.Same, "", served(out)
	c.Out = engine.Encode(out)
	return nil
}

// Apply looks until it is so.
func (s *waitStep) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	var out WaitOut
	began := time.Now()
	err := poll.Until(ctx, waitPause, "Cassandra on "+h.Node+" does not serve as expected", func(ctx context.Context) ([]string, error) {
		return s.look(ctx, h, time.Since(began) < settling, &out)
	})
	if err != nil {
		return engine.Output{}, engine.WithNext(err, "look with: nodetool status, monit summary, Cassandra's system.log")
	}
	return engine.Output{Value: out, Note: served(out)}, nil
}

func served(out WaitOut) string {
	return fmt.Sprintf("serves, %s up and normal, one schema", engine.Count(out.Members, "member"))
}
