package engine

import (
	"context"
	"slices"
)

// Forgotten tells of a run that had begun whether a node has no record of it at all: the node was wiped or replaced, since
// every node was locked before the run began, and what released one noted it there.
func (s NodeState) Forgotten(run string) bool {
	return (s.Lock == nil || s.Lock.Run != run) && s.Closed == nil && !s.Began()
}

// RecordsGone is what is said of such a node, and of one that lost a part of its records.
const RecordsGone = "its records of this run are gone; the node was wiped, replaced, or put back from an older image"

// forget ends, before anything is locked, what the journal calls begun on nodes that lost their records of it: how it ended
// nobody can tell, and behind a new lock such a node looks like one where it never began.
func (x *Executor) forget(states map[string]NodeState) error {
	if !x.State.Verified {
		return nil
	}
	for _, name := range x.Plan.Nodes {
		if !x.forgot(name, states[name]) {
			continue
		}
		x.lost = append(x.lost, name)
		if err := x.emit(Event{Type: EventNote, Node: name, Message: RecordsGone + ": what had begun there is unknown"}); err != nil {
			return err
		}
		for _, t := range x.on(name, func(r TaskRecord) bool { return r.Open }) {
			if ref := x.ref(t, x.record(t.ID).Attempt); !states[name].has(ref) {
				x.end(t, ref, &Receipt{Outcome: Unknown, Class: ClassPrecondition, Message: RecordsGone})
			}
		}
	}
	return x.fatalError()
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

// forgot tells whether the node lost records: all of them, or that of a task whose receipt the journal has.
func (x *Executor) forgot(name string, node NodeState) bool {
	received := func(r TaskRecord) bool { return r.Outcome == Done && r.Reason == "" }
	return node.Forgotten(x.Plan.Run) || slices.ContainsFunc(x.on(name, received), func(t *Task) bool {
		return x.redo(t) != Pure && !node.has(x.ref(t, x.record(t.ID).Attempt))
	})
}

// on are the tasks of a node whose record is such.
func (x *Executor) on(name string, such func(TaskRecord) bool) (tasks []*Task) {
	x.Plan.Tasks(func(t *Task) {
		if t.Place() == name && such(x.record(t.ID)) {
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
