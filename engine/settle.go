package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
)

// settle clears up an unknown outcome by the kind's rule; never by trying again in hope. Before anything else
// the node ends what may still live of the task.
func (x *Executor) settle(ctx context.Context, t *Task, ref TaskRef) (Outcome, bool) {
	if err := x.Nodes[t.Place()].Settle(ctx, ref); heldByOthers(err) {
		return x.displaced(err), false
	} else if err != nil {
		return x.stays(t, ref, fmt.Errorf("what still ran could not be ended: %w", err))
	}
	unresolved := t.Args == nil // nothing can be done again, or looked at, with arguments that are gone
	switch redo := x.redo(t); {
	case redo == Pure, redo == Idempotent && !unresolved:
		return x.settled(t, ref, "done again ("+string(redo)+")")
	case redo == Manual, unresolved:
		return x.asks(t, ref), false
	}
	return x.check(ctx, t, ref)
}

// askAPerson says how the attempt ended, once, however often it is settled.
func askAPerson(ended string) string {
	const ask = "only a person can tell whether it was done"
	if ended == "" || strings.HasPrefix(ended, ask) {
		return cmp.Or(ended, ask)
	}
	return ask + ": " + ended
}

func (x *Executor) redo(t *Task) Redo {
	k := x.Basis.Kinds.Get(t.Kind)
	step, err := k.Step(x.asItRan(t).Args)
	if err != nil {
		return Manual
	}
	return k.RedoOf(step)
}

// check asks Plan what is true on the node now: nothing to do means done; something to do means not done.
func (x *Executor) check(ctx context.Context, t *Task, ref TaskRef) (Outcome, bool) {
	a, err := x.planActual(ctx, t, nil)
	switch {
	case err != nil:
		return x.stays(t, ref, fmt.Errorf("whether it was done cannot be seen: %w", err))
	case a.Change.Sign == NotKnown:
		return x.stays(t, ref, Failf(ClassPrecondition, "the node cannot tell whether it was done: %s", cmp.Or(strings.Join(a.Change.Unknown, "; "), a.Change.Summary)))
	case a.Change.Sign != Same:
		return x.settled(t, ref, "found not done: "+a.Change.Summary)
	}
	e := Event{
		Type: EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: t.Digest,
		Outcome: Done, Changed: true, Sign: t.Change.Sign, Reason: "settled: found done", Out: a.Change.Out, Will: t.Change.Will,
	}
	if _, again := x.settled(t, ref, "found done: "+a.Change.Summary); !again {
		return Unknown, false
	}
	return x.ended(t, e), false
}

// planActual asks the node, behind the fence, for the task's change on the real state.
func (x *Executor) planActual(ctx context.Context, t *Task, probe []string) (Planned, error) {
	r := PlanRequest{Run: x.Plan.Run, Node: t.Place(), Actual: true, Items: []PlanItem{{Task: t.ID, Kind: t.Kind, Args: t.Args, Program: t.Program}}}
	if probe != nil {
		r.Probe = map[string][]string{t.ID: probe}
	}
	reply, err := x.Nodes[t.Place()].Plan(ctx, r)
	switch {
	case err != nil:
		return Planned{}, err
	case len(reply.Planned) != 1:
		return Planned{}, Failf(ClassIO, "the node gave %d answers for one task", len(reply.Planned))
	case reply.Planned[0].Error != "":
		a := reply.Planned[0]
		return a, &Error{Class: a.Class, Err: fmt.Errorf("%s", a.Error), Next: a.Next}
	}
	return reply.Planned[0], nil
}

func (x *Executor) settled(t *Task, ref TaskRef, reason string) (Outcome, bool) {
	err := x.emit(Event{Type: EventSettled, Stage: t.Stage, Task: t.ID, Node: t.Node, Attempt: ref.Attempt, Reason: reason})
	if err != nil {
		return Unknown, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.State.task(t.ID).Outcome = "" // the next attempt is free
	return Unknown, true
}

// asks leaves the outcome to a person; the node stops here.
func (x *Executor) asks(t *Task, ref TaskRef) Outcome {
	return x.ended(t, Event{
		Type: EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: t.Digest,
		Outcome: Unknown, Class: ClassPrecondition, Message: askAPerson(x.record(t.ID).Message), Manual: true,
		Next: "look at the node",
	})
}

// stays keeps the outcome unknown, with the reason; the node stops here.
func (x *Executor) stays(t *Task, ref TaskRef, err error) (Outcome, bool) {
	r := failure(err)
	r.Outcome = Unknown
	return x.end(t, ref, r), false
}
