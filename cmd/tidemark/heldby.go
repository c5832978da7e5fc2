package main

import (
	"context"
	"errors"

	"tidemark/engine"
)

// heldFirst is why a plan was refused: where another run holds a node, that it does. What the node lacks then, such as
// a Cassandra that serves, is that run's doing, and the advice to mend it could ruin it.
func (a *app) heldFirst(ctx context.Context, s *session, p *engine.Plan, err error) error {
	states, unreached := s.states(ctx, p.Nodes, "")
	if unreached != nil {
		return &refused{err}
	}
	var locked []error
	for _, n := range p.Nodes {
		if l := states[n].Lock; l != nil && l.Run != p.Inputs["run"] {
			locked = append(locked, &engine.Locked{Node: n, Record: *l})
		}
	}
	if len(locked) == 0 {
		return &refused{err}
	}
	return a.whoHolds(errors.Join(locked...))
}
