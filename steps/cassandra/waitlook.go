package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cql"
	"tidemark/steps/internal/nodetool"
	"tidemark/steps/internal/poll"
)

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
