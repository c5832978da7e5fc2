package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tidemark/engine"
)

// openOn are the attempts on a node that began and have no end in the journal.
func openOn(p *engine.Plan, s *engine.State, node string) []engine.TaskRef {
	var out []engine.TaskRef
	p.Tasks(func(t *engine.Task) {
		if r := s.Tasks[t.ID]; t.Place() == node && r != nil && r.Open {
			out = append(out, engine.TaskRef{Run: p.Run, Epoch: s.Epoch, Task: t.ID, Attempt: r.Attempt})
		}
	})
	return out
}

// cancelOn stops what lives on a node, by its own word and by the journal's, and names it.
func (a *app) cancelOn(ctx context.Context, node engine.Node, run string, open []engine.TaskRef) ([]string, error) {
	there, err := node.State(ctx, run)
	if err != nil {
		return nil, err
	}
	return a.cancelAttempts(ctx, node, livingOn(there, open, run))
}

// livingOn adds to the open attempts what the node says is alive. All have the node's epoch: what was begun under an
// earlier one, before a resume, is this controller's, too.
func livingOn(there engine.NodeState, open []engine.TaskRef, run string) []engine.TaskRef {
	for _, ref := range there.Alive {
		known := slices.ContainsFunc(open, func(o engine.TaskRef) bool { return o.Task == ref.Task })
		if ref.Run == run && !known {
			open = append(open, ref)
		}
	}
	if l := there.Lock; l != nil && l.Run == run {
		for i := range open {
			open[i].Epoch = l.Epoch
		}
	}
	return open
}

// cancelAttempts tells of each what was done; a task that cannot be stopped does not spare the others.
func (a *app) cancelAttempts(ctx context.Context, node engine.Node, refs []engine.TaskRef) (cancelled []string, err error) {
	for _, ref := range refs {
		c, failed := node.Cancel(ctx, ref)
		switch {
		case failed != nil:
			err = errors.Join(err, failed)
			continue
		case c.Told && c.Lives != "":
			a.say("told %s to end; it still lives: %s", ref.Task, c.Lives)
		case c.Told:
			a.say("cancelled %s", ref.Task)
		case len(c.Ended) > 0:
			a.say("cancelled %s: its process was gone; what it had started was stopped: %s", ref.Task, strings.Join(c.Ended, ", "))
		default:
			a.say("%s was not running any more", ref.Task)
			continue
		}
		cancelled = append(cancelled, ref.Task)
	}
	return cancelled, err
}
