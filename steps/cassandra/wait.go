package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
	"tidemark/steps/internal/nodetool"
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
			"and all hold one schema. `UN` alone is not serving: a drained node is UN. It waits as long as the step's timeout allows, and then says what was missing.",
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
		return engine.Output{}, engine.WithNext(err, "look with: nodetool status, monit summary, Cassandra's system.log; then resume")
	}
	return engine.Output{Value: out, Note: served(out)}, nil
}

func served(out WaitOut) string {
	return fmt.Sprintf("serves, %s up and normal, one schema", engine.Count(out.Members, "member"))
}

// look lists what is missing, from the cheapest question to the dearest. What may come with time is missing; the rest
// is an error. While the ring settles, what CQL does not show yet is not asked of nodetool.
func (s *waitStep) look(ctx context.Context, a engine.Asker, settles bool, out *WaitOut) ([]string, error) {
	config, err := readConfig(a)
	if err != nil {
		return nil, err
	}
	server := cql.At(a, config.CQLAddress())
	local, err := server.Local(ctx)
	if err != nil {
		return notYet(err)
	}
	if err := supported(local.Release); err != nil {
		return nil, err
	}
	peers, err := server.Peers(ctx)
	if err != nil {
		return notYet(err)
	}
	if len(s.Nodes) == 0 && (s.Members == 0 || s.Members == len(peers)+1) {
		ok, err := heard(ctx, a, server, local, peers)
		switch {
		case err == nil && ok:
			*out = WaitOut{HostID: local.HostID, Release: local.Release, Schema: local.SchemaVersion, Members: len(peers) + 1}
			return nil, nil
		case err == nil && settles:
			return []string{"not every member was heard of as up and normal"}, nil
		}
	}
	return s.ask(ctx, nodetool.New(a), local, len(peers)+1, out)
}

// ask is the long way: the ring as nodetool shows it, the schema as every member itself answers it.
func (s *waitStep) ask(ctx context.Context, tool *nodetool.Tool, local cql.Local, known int, out *WaitOut) ([]string, error) {
	members, err := tool.Status(ctx)
	if err != nil {
		return notYet(err)
	}
	missing := s.absent(members, known)
	if len(missing) > 0 {
		return missing, nil
	}
	agreement, err := tool.Agreement(ctx)
	if err != nil {
		return notYet(err)
	}
	*out = WaitOut{HostID: local.HostID, Release: local.Release, Schema: local.SchemaVersion, Members: len(members)}
	return disagreeing(agreement), nil
}

func notYet(err error) ([]string, error) {
	if poll.Fatal(err) {
		return nil, err
	}
	return []string{err.Error()}, nil
}

// absent names the members that are not there, not up or not normal.
func (s *waitStep) absent(members []nodetool.Member, known int) []string {
	var out []string
	want := s.Members
	if want == 0 {
		want = known
	}
	if len(members) != want {
		out = append(out, fmt.Sprintf("the ring has %d members, %d are expected", len(members), want))
	}
	for _, m := range members {
		if !m.UN() {
			out = append(out, member(m))
		}
	}
	for _, n := range s.Nodes {
		if !slices.ContainsFunc(members, func(m nodetool.Member) bool { return m.Address == n || m.HostID == n }) {
			out = append(out, n+" is no member of the ring")
		}
	}
	return out
}

func member(m nodetool.Member) string {
	if !m.Up {
		return fmt.Sprintf("%s (%s, %s) is down", m.Address, m.DC, m.Rack)
	}
	return fmt.Sprintf("%s (%s, %s) is %s", m.Address, m.DC, m.Rack, strings.ToLower(m.State))
}

func disagreeing(a nodetool.Agreement) []string {
	var out []string
	if len(a.Unreachable) > 0 {
		out = append(out, strings.Join(a.Unreachable, ", ")+" cannot be reached")
	}
	if len(a.Versions) > 1 {
		var groups []string
		for _, hosts := range a.Versions {
			groups = append(groups, strings.Join(hosts, ", "))
		}
		slices.Sort(groups)
		out = append(out, "the schema differs between "+strings.Join(groups, " and "))
	}
	return out
}
