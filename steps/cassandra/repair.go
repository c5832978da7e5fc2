package cassandra

import (
	"context"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/nodetool"
)

type repairStep struct {
	Keyspace     string        `json:"keyspace" help:"the keyspace; or all_keyspaces"`
	AllKeyspaces bool          `json:"all_keyspaces" help:"every keyspace with more than one replica, Cassandra's own too, one after the other"`
	PrimaryRange bool          `json:"primary_range" help:"only the ranges this node comes first for; then every node of every site needs its turn" default:"true"`
	Timeout      time.Duration `json:"timeout" help:"the longest the repair of one keyspace may take" default:"6h"`
}

// RepairOut is what a repair did.
type RepairOut struct {
	Repaired []string `json:"repaired" help:"keyspaces that are repaired, by this attempt or an earlier one"`
	Skipped  []string `json:"skipped" help:"keyspaces with one replica, where there is nothing to compare"`
	Seconds  float64  `json:"seconds" help:"how long this attempt took"`
}

// Check refuses what cannot be looked for or written.
func (s *repairStep) Check() error {
	both := []string{"keyspace", "all_keyspaces"}
	switch {
	case s.AllKeyspaces && s.Keyspace != "":
		return schema.WrongArgs(both, "nodetool-repair takes a keyspace or all_keyspaces, not both: remove one")
	case s.AllKeyspaces:
		return nil
	case s.Keyspace == "":
		return schema.WrongArgs(both, "nodetool-repair: of what? name a keyspace, or write all_keyspaces: true")
	}
	return argument.Keyspace("keyspace", s.Keyspace)
}

// NodetoolRepair is the kind nodetool-repair.
func NodetoolRepair() engine.Kind {
	return engine.Kind{
		Name: "nodetool-repair",
		Doc: "Runs a full repair of one keyspace, or of all, on this node's ranges. Every member of the ring must be up and normal first. " +
			"A keyspace with one replica is skipped with a note. Of all keyspaces, those repaired by an earlier attempt of the same task are not repaired again. " +
			"The time of each is bounded; when it ends, Cassandra may still go on.",
		Example: "id: repair\nnodetool-repair: {keyspace: homer, primary_range: true}",
		Redo:    engine.Idempotent,
		Reads:   ringReads(),
		New:     func() engine.Step { return &repairStep{} },
		Out:     RepairOut{},
		Version: 2,
	}
}

// Plan refuses while a member is not up and normal: a repair without it fails, or leaves its replicas as they are.
func (s *repairStep) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Changes, Summary: "repair " + s.of() + " (" + s.ranges() + ")"}
	if !s.AllKeyspaces {
		c.Argv = nodetool.RepairArgs(s.Keyspace, s.PrimaryRange)
	}
	running, serves, err := mustRun(ctx, v)
	if err != nil {
		return c, err
	}
	c.Pre = append(c.Pre, running)
	if !serves {
		c.Sign, c.Later, c.Unknown = engine.NotKnown, engine.AfterSteps, []string{"whether every member is up, before Cassandra was started again"}
		return c, nil
	}
	due, skipped, err := s.due(ctx, v)
	if err != nil {
		return c, err
	}
	if len(due) == 0 {
		c.Sign, c.Argv, c.Summary = engine.Same, nil, skips(skipped)
		c.Out = engine.Encode(RepairOut{Repaired: []string{}, Skipped: skipped})
		return c, nil
	}
	if s.AllKeyspaces {
		c.Details = s.commands(due)
	}
	return c, allUp(ctx, v)
}

func (s *repairStep) of() string {
	if s.AllKeyspaces {
		return "every keyspace with more than one replica"
	}
	return s.Keyspace
}

func (s *repairStep) ranges() string {
	if s.PrimaryRange {
		return "full, primary range of this node"
	}
	return "full, all ranges of this node"
}

func (s *repairStep) commands(keyspaces []string) []string {
	var out []string
	for _, k := range keyspaces {
		out = append(out, "$ "+strings.Join(nodetool.RepairArgs(k, s.PrimaryRange), " "))
	}
	return out
}

func skips(keyspaces []string) string {
	return "skip " + strings.Join(keyspaces, ", ") + ": one replica, there is nothing to compare"
}
