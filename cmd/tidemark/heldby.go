package main

import (
	"context"
	"errors"
	"maps"
	"slices"

	"tidemark/cmd/internal/view"
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
	for _, cause := range view.Causes(err) {
		a.say("the plan failed, which may be the doing of the run that holds the node: %s", cause)
	}
	return a.whoHolds(errors.Join(locked...))
}

// note remembers who holds a node, unless it is the run of this session, and whose files are half exchanged there.
func (s *session) note(name string, state *engine.NodeState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lock := state.Lock; lock != nil && lock.Run != s.run {
		s.holders = append(s.holders, (&engine.Locked{Node: name, Record: *lock}).Error())
		slices.Sort(s.holders)
	}
	if state.Lock == nil && len(state.Swaps) > 0 {
		s.swaps[name] = state.Swaps
	}
}

// abandonedSwaps refuses nodes whose files a run left half exchanged when it was abandoned, but for its undo.
func (s *session) abandonedSwaps(undoes string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.swaps)) {
		for _, run := range s.swaps[name] {
			if run != undoes && run != s.run {
				errs = append(errs, engine.HalfWay(name, run))
			}
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return &refused{errors.Join(errs...)}
}
