package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

// lock holds every node of the plan for this run, with an epoch above every one seen (fencing: a node refuses
// older ones). The nodes are taken in sorted order, so of two operators one loses at the first common node.
func (x *Executor) lock(ctx context.Context) error {
	epoch, err := x.nextEpoch(ctx)
	if err != nil {
		return err
	}
	plan, err := json.Marshal(x.Plan)
	if err != nil {
		return err
	}
	names := x.holds()
	for i, name := range names {
		r := LockRequest{LockRecord: LockRecord{x.Plan.Run, x.Plan.Runbook, epoch, x.Holder}, Plan: plan, TakeOver: x.TakeOver}
		if err := onNode(name, x.Nodes[name].Lock(ctx, r)); err != nil {
			return errors.Join(err, x.giveBack(ctx, names[:i+1], epoch)) // the last may have locked and not answered
		}
	}
	if err := x.emit(Event{Type: EventLocked, Epoch: epoch, Message: strings.Join(x.Plan.Nodes, ", ")}); err != nil {
		return errors.Join(err, x.giveBack(ctx, names, epoch)) // no record knows of these locks
	}
	return nil
}

// leftBehind notes which tasks of the run that was taken over left no receipt. Nothing of them lives any more; what they
// did is for the tasks of this run to see on the node.
func (x *Executor) leftBehind(ctx context.Context) error {
	if x.TakeOver == "" {
		return nil
	}
	return each(ctx, x.Plan.Nodes, func(ctx context.Context, name string) error {
		s, err := x.Nodes[name].State(ctx, x.TakeOver)
		if err != nil {
			return err
		}
		for _, ref := range s.Intents {
			err = x.emit(Event{Type: EventNote, Node: name, Message: ref.Task + " of run " + ref.Run + " ended without a receipt; nothing of it lives"})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// holds are the nodes that keep the run's records: the locked ones, and the controller where it has tasks.
func (x *Executor) holds() []string {
	names := slices.Clone(x.Plan.Nodes)
	if slices.Contains(NodesOf(x.Plan), ControllerNode) {
		names = append(names, ControllerNode)
	}
	sort.Strings(names)
	return names
}

func (x *Executor) nextEpoch(ctx context.Context) (int64, error) {
	var mu sync.Mutex
	states := map[string]NodeState{}
	err := each(ctx, x.holds(), func(ctx context.Context, name string) error {
		s, err := x.Nodes[name].State(ctx, x.Plan.Run)
		mu.Lock()
		defer mu.Unlock()
		states[name] = s
		return onNode(name, err)
	})
	if err != nil {
		return 0, err
	}
	epoch := x.State.Epoch
	for _, s := range states {
		epoch = max(epoch, s.Epoch)
	}
	if err := x.upToDate(states); err != nil {
		return 0, err
	}
	return epoch + 1, x.forget(states)
}

// giveBack releases what a loser took; a resumed run keeps its own locks.
func (x *Executor) giveBack(ctx context.Context, names []string, epoch int64) error {
	if x.resumed {
		return nil
	}
	return each(context.WithoutCancel(ctx), names, func(ctx context.Context, name string) error {
		return onNode(name, x.Nodes[name].Unlock(ctx, UnlockRequest{Run: x.Plan.Run, Epoch: epoch, Closed: ClosedNotBegun}))
	})
}

// verify looks at all facts again under the lock: what was approved must still be what would happen.
func (x *Executor) verify(ctx context.Context) error {
	if x.State.Verified {
		if err := ship(ctx, x.Plan, x.Nodes); err != nil {
			return err
		}
		if err := x.remind(ctx); err != nil {
			return err
		}
		return x.revalidate(ctx)
	}
	if err := x.leftBehind(ctx); err != nil {
		return err
	}
	var again Plan
	if err := clone(x.Plan, &again); err != nil {
		return err
	}
	if err := Preview(ctx, &again, x.Nodes); err != nil {
		return err
	}
	if d := driftOf(x.Plan, &again); len(d) > 0 {
		return Failf(ClassPrecondition, "%w: %s", ErrDrifted, strings.Join(d, "; "))
	}
	if x.Stopped() || ctx.Err() != nil {
		return interrupted{}
	}
	return x.emit(Event{Type: EventVerified})
}

// ErrDrifted is the refusal of a plan whose facts no longer hold when its run begins.
var ErrDrifted = errors.New("the nodes changed since the plan was made")

func clone(from, to *Plan) error {
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}

// driftOf lists how a plan differs from one made earlier, a sentence per task.
func driftOf(approved, now *Plan) []string {
	real := map[string]*Task{}
	now.Tasks(func(t *Task) { real[t.ID] = t })
	var out []string
	approved.Tasks(func(t *Task) {
		if t.Skip != "" || len(t.Waits) > 0 {
			return
		}
		if err := Compare(t.Change, real[t.ID].Change, nil); err != nil {
			out = append(out, fmt.Sprintf("%s: %s", t.ID, err))
		}
	})
	return out
}
