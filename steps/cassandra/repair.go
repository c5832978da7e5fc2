package cassandra

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/argument"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
	"tidemark/steps/internal/nodetool"
)

type repairStep struct {
	Keyspace     string        `json:"keyspace" help:"the keyspace" required:"true"`
	PrimaryRange bool          `json:"primary_range" help:"only the ranges this node comes first for; then every node of every site needs its turn" default:"true"`
	Timeout      time.Duration `json:"timeout" help:"the longest a repair may take" default:"6h"`
}

// RepairOut is what a repair did.
type RepairOut struct {
	Keyspace string  `json:"keyspace" help:"keyspace"`
	Skipped  string  `json:"skipped" help:"why nothing had to be repaired; empty: it was repaired"`
	Seconds  float64 `json:"seconds" help:"how long it took"`
}

// Check refuses what cannot be looked for or written.
func (s *repairStep) Check() error {
	return argument.Keyspace("keyspace", s.Keyspace)
}

// NodetoolRepair is the kind nodetool-repair.
func NodetoolRepair() engine.Kind {
	return engine.Kind{
		Name: "nodetool-repair",
		Doc: "Runs a full repair of one keyspace on this node's ranges. Every member of the ring must be up and normal first. " +
			"A keyspace with one replica is skipped with a note. The time is bounded; when it ends, Cassandra may still go on.",
		Example: "id: repair\nnodetool-repair: {keyspace: homer, primary_range: true}",
		Redo:    engine.Idempotent,
		Reads:   ringReads(),
		New:     func() engine.Step { return &repairStep{} },
		Out:     RepairOut{},
		Version: 1,
	}
}

// Plan refuses while a member is not up and normal: a repair without it fails, or leaves its replicas as they are.
func (s *repairStep) Plan(ctx context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{
		Sign: engine.Changes, Summary: "repair " + s.Keyspace + " (" + s.ranges() + ")",
		Argv: nodetool.RepairArgs(s.Keyspace, s.PrimaryRange),
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
	keyspace, err := s.keyspace(ctx, v)
	if err != nil {
		return c, err
	}
	if single(keyspace.Replication) {
		c.Sign, c.Argv, c.Summary = engine.Same, nil, "skip "+s.Keyspace+": "+oneReplica
		c.Out = engine.Encode(RepairOut{Keyspace: s.Keyspace, Skipped: oneReplica})
		return c, nil
	}
	return c, allUp(ctx, v)
}

const oneReplica = "it has one replica, there is nothing to compare"

func (s *repairStep) ranges() string {
	if s.PrimaryRange {
		return "full, primary range of this node"
	}
	return "full, all ranges of this node"
}

func (s *repairStep) keyspace(ctx context.Context, a engine.Asker) (cql.Keyspace, error) {
	config, err := cassconf.Read(a, "")
	if err != nil {
		return cql.Keyspace{}, err
	}
	found, err := cql.At(a, config.CQLAddress()).Keyspaces(ctx, []string{s.Keyspace})
	if err == nil && len(found) != 1 {
		err = engine.Failf(engine.ClassPrecondition, "keyspace %s does not exist", s.Keyspace)
	}
	if err != nil {
		return cql.Keyspace{}, err
	}
	return found[0], nil
}

// single tells whether all factors of a replication add up to one copy of each row.
func single(replication map[string]string) bool {
	copies := 0
	for key, value := range replication {
		if key == "class" {
			continue
		}
		full, _, _ := strings.Cut(value, "/") // "3/1" has transient replicas
		n, err := strconv.Atoi(full)
		if err != nil {
			return false // what is not understood is repaired
		}
		copies += n
	}
	return copies == 1
}

func allUp(ctx context.Context, a engine.Asker) error {
	members, err := nodetool.New(a).Status(ctx)
	if err != nil {
		return err
	}
	var out []string
	for _, m := range members {
		if !m.UN() {
			out = append(out, member(m))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "not every member can take part in a repair: %s", strings.Join(out, "; ")),
		"bring these members up (nodetool status), then resume")
}

// Apply repairs.
func (s *repairStep) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	out := RepairOut{Keyspace: s.Keyspace}
	keyspace, err := s.keyspace(ctx, h)
	if err != nil {
		return engine.Output{}, err
	}
	if single(keyspace.Replication) {
		out.Skipped = oneReplica
		return engine.Output{Value: out, Note: s.Keyspace + ": " + oneReplica}, nil
	}
	if err := allUp(ctx, h); err != nil {
		return engine.Output{}, err
	}
	begin := time.Now()
	if err := nodetool.New(h).Repair(ctx, s.Keyspace, s.PrimaryRange, s.Timeout); err != nil {
		return engine.Output{}, engine.WithNext(err, "look with: nodetool netstats, nodetool status; then resume: a repair may run again")
	}
	out.Seconds = time.Since(begin).Seconds()
	return engine.Output{Value: out, Note: fmt.Sprintf("%s repaired in %.1f s", s.Keyspace, out.Seconds)}, nil
}
