package engine

import (
	"context"
	"slices"
)

// Forgotten tells of a run that had begun whether a node has no record of it at all: the node was wiped or replaced, since
// every node was locked, and got the plan, before the run began, and what released one noted it there.
func (s NodeState) Forgotten(run string) bool {
	return (s.Lock == nil || s.Lock.Run != run) && len(s.Plan) == 0 && s.Closed == nil && !s.Began()
}

// RecordsGone is what is said of such a node, and of one that lost a part of its records.
const RecordsGone = "its records of this run are gone; the node was wiped, replaced, or put back from an older image"

// forget ends, before anything is locked, what the journal calls begun on nodes that lost their records of it: how it ended
// nobody can tell, and behind a new lock such a node looks like one where it never began. The loss is noted behind that, once.
func (x *Executor) forget(states map[string]NodeState) error {
	if !x.State.Verified {
		return nil
	}
	for _, name := range x.Plan.Nodes {
		if x.lacks(states[name]) {
			x.lost = append(x.lost, name)
		}
		open := x.on(name, func(t *Task, r TaskRecord) bool { return r.Open && !states[name].has(x.ref(t, r.Attempt)) })
		if !x.forgot(name, states[name], len(open) > 0) {
			continue
		}
		for _, t := range open {
			x.end(t, x.ref(t, x.record(t.ID).Attempt), &Receipt{Outcome: Unknown, Class: ClassPrecondition, Message: RecordsGone})
		}
		if err := x.emit(Event{Type: EventForgotten, Node: name, Message: RecordsGone + ": what had begun there is unknown"}); err != nil {
			return err
		}
	}
	return nil
}

// lacks tells whether the node does not know of a stage that was passed.
func (x *Executor) lacks(node NodeState) bool {
	return slices.ContainsFunc(x.Plan.Stages, func(s *PlannedStage) bool {
		return x.passedBarrier(s.ID) && !slices.ContainsFunc(node.Barriers, func(b Barrier) bool { return b.Stage == s.ID })
	})
}

// remind stores on nodes that lost records which stages were passed. An adoption asks every node, and would go back to the
// first stage that one of them does not know to be passed.
func (x *Executor) remind(ctx context.Context) error {
	return each(ctx, x.lost, func(ctx context.Context, name string) error {
		for _, s := range x.Plan.Stages {
			if !x.passedBarrier(s.ID) {
				continue
			}
			if err := x.Nodes[name].Store(ctx, x.barrierOf(s)); err != nil {
				return onNode(name, err)
			}
		}
		return nil
	})
}

// forgot tells whether the node lost records since it was last found to: all of them, or that of a task whose receipt the
// journal has, or, where a task is open without any, its last lock, which came before the task.
func (x *Executor) forgot(name string, node NodeState, open bool) bool {
	if node.Forgotten(x.Plan.Run) || open && node.Epoch < x.State.Epoch {
		return true
	}
	return len(x.on(name, func(t *Task, r TaskRecord) bool {
		received := r.Outcome == Done && r.Reason == "" && x.State.endedSinceLoss(t.ID, name)
		return received && x.redo(t) != Pure && !node.has(x.ref(t, r.Attempt))
	})) > 0
}

// on are the tasks of a node of which this holds.
func (x *Executor) on(name string, holds func(*Task, TaskRecord) bool) (tasks []*Task) {
	x.Plan.Tasks(func(t *Task) {
		if t.Place() == name && holds(t, x.record(t.ID)) {
			tasks = append(tasks, t)
		}
	})
	return tasks
}

// has tells whether the node has a record of the attempt.
func (s NodeState) has(ref TaskRef) bool {
	same := func(r TaskRef) bool { return r.Task == ref.Task && r.Attempt == ref.Attempt }
	return slices.ContainsFunc(s.Intents, same) || slices.ContainsFunc(s.Alive, same) ||
		slices.ContainsFunc(s.Tasks, func(t TaskState) bool { return t.Receipt != nil && same(t.Receipt.TaskRef) })
}
