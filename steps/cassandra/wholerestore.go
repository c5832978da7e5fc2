package cassandra

import (
	"slices"
	"strings"

	"tidemark/engine"
)

// whole refuses to take a restore back, or to release it, on only a part of the nodes that it ran on; why says what
// that would do. Where the nodes of one of both are not known it says so in a line.
func (r *swapRecord) whole(now []string, why string) (unchecked string, err error) {
	if len(r.Nodes) == 0 || len(now) == 0 {
		return "whether all nodes of run " + r.Run + " are in this one is not known: they were not named", nil
	}
	var left []string
	for _, n := range r.Nodes {
		if !slices.Contains(now, n) {
			left = append(left, n)
		}
	}
	if len(left) == 0 {
		return "", nil
	}
	return "", engine.WithNext(engine.Failf(engine.ClassPrecondition, "run %s restored %s, and %s is left out here: %s", r.Run, strings.Join(r.Nodes, ", "), strings.Join(left, ", "), why),
		"run it on all of them, without --limit; nodes that no longer exist are named with --input gone="+strings.Join(left, ","))
}
