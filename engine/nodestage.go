package engine

import (
	"context"
	"slices"
	"sync"
)

func (x *Executor) wave(ctx context.Context, s *PlannedStage, nodes []string, failed *failures) error {
	slots, errs := make(chan struct{}, s.Strategy.Limit(len(s.Nodes))), make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, node := range nodes {
		slots <- struct{}{}
		if failed.tooMany() || x.halted(ctx) {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			fails, err := x.nodeStage(ctx, s, node, failed)
			if errs[i] = err; fails || err != nil {
				failed.n.Add(1)
			}
		})
	}
	wg.Wait()
	return join(errs)
}

// nodeStage passes the tasks of one node in order, stops at the first that is neither done nor skipped, and tells
// whether there was one: a node that is only held back has not failed. One whose earlier task turned out broken goes back
// to it; to another stage all nodes go together. The error is of promises that could not be looked at.
func (x *Executor) nodeStage(ctx context.Context, s *PlannedStage, node string, failed *failures) (fails bool, err error) {
	tasks := s.Of(node)
	for i := 0; i < len(tasks); i++ {
		if err := x.assure(ctx, node); err != nil {
			return false, err
		}
		if x.dirtyBefore(s) {
			return false, nil
		}
		if first := slices.IndexFunc(tasks[:i], x.invalid); first >= 0 {
			i = first
		}
		t := tasks[i]
		if x.reused(t) { // its promise holds still
			continue
		}
		if x.halted(ctx) || s.Strategy.FailFast && failed.tooMany() {
			return false, nil
		}
		if o := x.task(ctx, t); o != Done && o != Skipped {
			return true, nil
		}
	}
	return false, nil
}

// halted tells whether nothing new may start.
func (x *Executor) halted(ctx context.Context) bool {
	return x.Stopped() || ctx.Err() != nil || x.fatalError() != nil
}

func (x *Executor) fatalError() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.fatal
}

// reused tells whether the task's earlier outcome stands. A pure task of an open stage asks again on resume:
// what it proved may have changed since.
func (x *Executor) reused(t *Task) bool {
	r := x.record(t.ID)
	if r.Outcome == Skipped {
		return true
	}
	return r.Outcome == Done && r.Valid && (x.ranHere(t.ID) || x.State.Barriers[t.Stage] || !x.Basis.Kinds.AsksAgain(x.asItRan(t)))
}

func (x *Executor) ranHere(id string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.fresh[id]
}
