package engine

import (
	"cmp"
	"context"
	"errors"
)

// HoldOpen and CloseFailed are the values of `on-failure:`.
const (
	HoldOpen    = "hold"
	CloseFailed = "close"
)

// ClosedFailed is how a run closes that is not done and is not held open.
const ClosedFailed = "failed"

// settleRun ends the run: done when every stage and finally passed; else open, or closed as failed where the runbook says so.
func (x *Executor) settleRun(ctx context.Context) error {
	left := x.incomplete(false)
	if left != nil && !x.closes(ctx, left) {
		return left
	}
	ok, err := x.finally(ctx)
	switch {
	case err != nil && left != nil:
		return errors.Join(left, err)
	case err != nil:
		return err
	case ok && left == nil:
		return x.close(ctx, closed(cmp.Or(x.Closing, "done")))
	}
	return x.fail(ctx)
}

// fail ends a run of which finally, too, has said what it could.
func (x *Executor) fail(ctx context.Context) error {
	left := x.incomplete(true)
	if left == nil { // stopped behind the last task of finally
		left = x.incompleteNow()
	}
	if !x.closes(ctx, left) {
		return left
	}
	if err := x.close(ctx, closed(ClosedFailed)); err != nil {
		return errors.Join(left, err)
	}
	left.Open = false
	return left
}

// closes tells whether a run that is not done is closed as failed: where the runbook says so, nobody stopped it, and
// every outcome is known.
func (x *Executor) closes(ctx context.Context, left *Incomplete) bool {
	return ctx.Err() == nil && !x.Stopped() && left.Unknown == 0 && x.Plan.OnFailure == CloseFailed
}

// finally runs the steps that stand behind every close.
func (x *Executor) finally(ctx context.Context) (bool, error) {
	s := x.Plan.Stages[len(x.Plan.Stages)-1]
	if s.ID != FinallyStage {
		return true, nil
	}
	return x.stage(ctx, s)
}

// close releases the nodes first and journals the end last: a kill between the two leaves an open run that closes
// on resume, never a closed run with locked nodes.
func (x *Executor) close(ctx context.Context, end Event) error {
	err := each(ctx, x.holds(), func(ctx context.Context, name string) error {
		return onNode(name, x.Nodes[name].Unlock(ctx, UnlockRequest{Run: x.Plan.Run, Epoch: x.State.Epoch, Closed: end.Reason}))
	})
	if err != nil {
		return err
	}
	return x.emit(end)
}

// closed is the end of a run that began.
func closed(reason string) Event { return Event{Type: EventClosed, Reason: reason} }

// incomplete counts what is not done, of the stages or also of finally; nil when everything is.
func (x *Executor) incomplete(finally bool) *Incomplete {
	i := x.incompleteNow()
	passed := true
	for _, s := range x.Plan.Stages {
		if s.ID == FinallyStage && !finally {
			continue
		}
		passed = passed && (x.State.Barriers[s.ID] || s.ID == FinallyStage)
		for _, t := range s.Tasks {
			i.count(x.record(t.ID))
		}
	}
	if i.Unknown+i.Failed+i.Left == 0 && passed {
		return nil
	}
	return i
}

func (i *Incomplete) count(r TaskRecord) {
	switch {
	case r.Outcome == Unknown || r.Open:
		i.Unknown++
	case r.Outcome == Failed:
		i.Failed++
	case r.Outcome == Done || r.Outcome == Skipped:
		i.Done++
	default:
		i.Left++
	}
}
