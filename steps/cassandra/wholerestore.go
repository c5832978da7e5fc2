package cassandra

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/cql"
)

// attendance is which nodes are in an undo or a release, and which of the restore's are said to exist no more.
type attendance struct{ now, gone []string }

// whole refuses to take a restore back, or to release it, on only a part of the nodes that it ran on; why says what
// that would do. Where the nodes of one of both are not known it names that.
func (r *swapRecord) whole(at attendance, why string) (unchecked string, err error) {
	if len(r.Nodes) == 0 || len(at.now) == 0 {
		return "whether all nodes of run " + r.Run + " are in this one: they were not named", nil
	}
	var left []string
	for _, n := range r.Nodes {
		if !slices.Contains(at.now, n) && !slices.Contains(at.gone, n) {
			left = append(left, n)
		}
	}
	if len(left) == 0 {
		return "", nil
	}
	return "", engine.WithNext(engine.Failf(engine.ClassPrecondition, "run %s restored %s, and %s is left out here: %s", r.Run, strings.Join(r.Nodes, ", "), strings.Join(left, ", "), why),
		"run it on all of them, without --limit; nodes that no longer exist are named with --input gone="+strings.Join(left, ","))
}

// left refuses to take nodes for gone while the ring has more members than there are nodes in the run. One that lives, or
// only is down, has the rows that the run takes away or leaves without a way back. Where Cassandra cannot be asked it names
// that.
func (at attendance) left(ctx context.Context, a engine.Asker, conf cassconf.Config) (unchecked string, err error) {
	if len(at.gone) == 0 || len(at.now) == 0 {
		return "", nil
	}
	gone := strings.Join(at.gone, ", ")
	up, err := a.Listens(ctx, engine.Signaling, conf.CQLAddress())
	if err != nil {
		return "", err
	}
	if !up {
		return "whether the ring has let go of " + gone + ": Cassandra does not serve", nil
	}
	peers, err := cql.At(a, conf.CQLAddress()).Peers(ctx)
	if err != nil || len(peers) < len(at.now) {
		return "", err
	}
	var others []string
	for _, p := range peers {
		others = append(others, fmt.Sprintf("%s (host id %s)", p.Address, p.HostID))
	}
	return "", engine.WithNext(
		engine.Failf(engine.ClassPrecondition, "%s is said to be gone, but the ring has more members than the %s of this run: this one and %s", gone, engine.Count(len(at.now), "node"), strings.Join(others, ", ")),
		"a node that lives must be in the run: leave out --limit, and have it in the site file; one that does not exist any more is taken out of the ring first: nodetool removenode HOST-ID")
}
