package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
)

// stages passes the stages in order; a stage that is not passed by all its nodes ends the run there.
func (x *Executor) stages(ctx context.Context) error {
	for {
		if err := each(ctx, NodesOf(x.Plan), x.assure); err != nil {
			return errors.Join(err, &Incomplete{Run: x.Plan.Run, Open: true})
		}
		s := x.next()
		if s == nil {
			return nil
		}
		ok, err := x.stage(ctx, s)
		if err != nil || !ok && !x.goesBack(ctx, s) {
			return err
		}
		if !ok {
			continue
		}
		if err := x.barrier(ctx, s); err != nil {
			return err
		}
	}
}

// next is the first stage that is not passed, or no longer; nil when there is none but `finally:`.
func (x *Executor) next() *PlannedStage {
	for _, s := range x.Plan.Stages {
		if s.ID != FinallyStage && (!x.passedBarrier(s.ID) || x.dirty(s)) {
			return s
		}
	}
	return nil
}

// goesBack tells whether s is not passed only because a task of a stage before it must run again, of which a promise was
// found broken meanwhile.
func (x *Executor) goesBack(ctx context.Context, s *PlannedStage) bool {
	for _, t := range s.Tasks {
		if o := x.record(t.ID).Outcome; o != "" && o != Done && o != Skipped {
			return false
		}
	}
	return !x.halted(ctx) && x.dirtyBefore(s)
}

// dirty tells whether a task of a passed stage must run again, or was begun again and is not done since.
func (x *Executor) dirty(s *PlannedStage) bool {
	return slices.ContainsFunc(s.Tasks, x.invalid) || x.passedBarrier(s.ID) && !x.passed(s)
}

// invalid tells whether the task was done and must run again.
func (x *Executor) invalid(t *Task) bool {
	r := x.record(t.ID)
	return r.Outcome == Done && !r.Valid
}

// dirtyBefore tells whether a task in a stage before s must run again. Nothing but `finally:` begins then.
func (x *Executor) dirtyBefore(s *PlannedStage) bool {
	for _, before := range x.Plan.Stages {
		if before.ID == s.ID || s.ID == FinallyStage {
			return false
		}
		if x.dirty(before) {
			return true
		}
	}
	return false
}

// stage lets every node pass its tasks, as the strategy allows, and tells whether all did.
func (x *Executor) stage(ctx context.Context, s *PlannedStage) (bool, error) {
	if err := x.emit(Event{Type: EventStage, Stage: s.ID}); err != nil {
		return false, err
	}
	failed := &failures{most: int64(s.Strategy.MaxFailures)}
	for _, wave := range waves(s) {
		if err := x.wave(ctx, s, wave, failed); err != nil {
			return false, errors.Join(err, &Incomplete{Run: x.Plan.Run, Open: true})
		}
	}
	return !x.Stopped() && x.passed(s), x.fatalError()
}

// passed tells whether every task of the stage is done or skipped.
func (x *Executor) passed(s *PlannedStage) bool {
	for _, t := range s.Tasks {
		if o := x.record(t.ID).Outcome; o != Done && o != Skipped {
			return false
		}
	}
	return true
}

// barrier leaves the stage's outputs on all held nodes, then journals that the stage is passed: whoever adopts
// the run finds them there.
func (x *Executor) barrier(ctx context.Context, s *PlannedStage) error {
	b := x.barrierOf(s)
	err := each(ctx, x.holds(), func(ctx context.Context, name string) error { return onNode(name, x.Nodes[name].Store(ctx, b)) })
	if err != nil {
		return errors.Join(err, &Incomplete{Run: x.Plan.Run, Open: true})
	}
	return x.emit(Event{Type: EventBarrier, Stage: s.ID})
}

func (x *Executor) barrierOf(s *PlannedStage) Barrier {
	return Barrier{Run: x.Plan.Run, Epoch: x.State.Epoch, Stage: s.ID, Outputs: x.outputs(s)}
}

func (x *Executor) outputs(s *PlannedStage) map[string]map[string]json.RawMessage {
	out := map[string]map[string]json.RawMessage{}
	for _, t := range s.Tasks {
		if out[t.Node] == nil {
			out[t.Node] = map[string]json.RawMessage{}
		}
		if r := x.record(t.ID); len(r.Out) > 0 {
			out[t.Node][t.Name()] = r.Out
		}
	}
	return out
}
