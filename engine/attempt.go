package engine

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// attempt makes the next attempt, or asks about the one that is open, and settles it. again means: settled as
// not done, or cancelled before the run was taken up: take the next number.
func (x *Executor) attempt(ctx context.Context, t *Task) (outcome Outcome, again bool) {
	r := x.record(t.ID)
	if r.Outcome == Unknown {
		return x.settle(ctx, t, x.ref(t, r.Attempt))
	}
	ref := x.ref(t, r.Attempt)
	if !r.Open {
		ref.Attempt++
		if err := x.emit(Event{Type: EventBegin, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: t.Digest}); err != nil {
			return Failed, false
		}
	}
	s, err := x.start(ctx, t, ref, r.Open)
	switch {
	case err != nil && heldByOthers(err):
		return x.displaced(err), false
	case err != nil && !r.Open && (ClassOf(err) == ClassPrecondition || ClassOf(err) == ClassSpace):
		// The node answered that it does not begin; where it has no space, not even for the intent.
		return x.end(t, ref, failure(err)), false
	case err == nil && s.Standing != Ended && s.Standing != Orphaned:
		s, err = x.await(ctx, t, ref) // it lives: whatever goes wrong now is no answer of the task
	}
	if err != nil {
		return x.lose(t, err), false
	}
	outcome, again = x.conclude(ctx, t, ref, s)
	return outcome, again || r.Cancelled && outcome == Failed && s.Receipt.Class == ClassCancelled
}

// conclude journals how an attempt ended, and settles it where that is not known.
func (x *Executor) conclude(ctx context.Context, t *Task, ref TaskRef, s TaskState) (outcome Outcome, again bool) {
	switch {
	case s.Standing == Ended && s.Receipt.Outcome != Unknown:
		return x.end(t, ref, s.Receipt), false
	case s.Standing == Ended:
		x.end(t, ref, s.Receipt)
	default:
		x.end(t, ref, &Receipt{Outcome: Unknown, Message: orphaned(s)})
	}
	return x.settle(ctx, t, ref)
}

func orphaned(s TaskState) string {
	text := "the task's process ended without a receipt"
	if s.Note != "" {
		text += "; " + s.Note
	}
	return text
}

func (x *Executor) ref(t *Task, attempt int) TaskRef {
	return TaskRef{Run: x.Plan.Run, Epoch: x.State.Epoch, Task: t.ID, Attempt: attempt}
}

// start starts the attempt, or tells how it stands where it was begun before.
func (x *Executor) start(ctx context.Context, t *Task, ref TaskRef, begun bool) (TaskState, error) {
	spec := x.spec(t, ref)
	unread := x.addSecrets(ctx, t, &spec)
	if unread != nil && !begun {
		return TaskState{}, unread
	}
	s, err := x.Nodes[t.Place()].Start(ctx, spec)
	if err != nil && unread != nil {
		return s, unread
	}
	return s, err
}

// await waits for the end of an attempt that lives, and brings it what it takes from other nodes.
func (x *Executor) await(ctx context.Context, t *Task, ref TaskRef) (TaskState, error) {
	defer x.bridged(ctx, t, ref)()
	return x.Nodes[t.Place()].Wait(ctx, ref, x.shows(t, ref))
}

// shows tells how far an attempt is.
func (x *Executor) shows(t *Task, ref TaskRef) func(Progress) {
	return func(p Progress) {
		_ = x.emit(Event{Type: EventProgress, Stage: t.Stage, Task: t.ID, Node: t.Node, Attempt: ref.Attempt, Done: p.Done, Total: p.Total, Message: p.Text})
	}
}

// defaultTimeout bounds a task whose step says nothing: a night and a day, so that nothing waits for ever.
const defaultTimeout = 24 * time.Hour

func (x *Executor) spec(t *Task, ref TaskRef) TaskSpec {
	step := x.Basis.findStep(t)
	s := TaskSpec{TaskRef: ref, Node: t.Place(), Kind: t.Kind, Program: t.Program, Args: t.Args, Digest: t.Digest, Approved: t.Change, Timeout: step.Timeout, User: step.User}
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	facts, _ := x.State.Promises(x.Plan, t.Place())
	for key := range facts {
		s.Touched = append(s.Touched, key)
	}
	return s
}

// lose leaves the attempt open: nobody knows how it stands until the node answers again. Whoever detaches lets go himself, and
// has lost nothing.
func (x *Executor) lose(t *Task, err error) Outcome {
	if ClassOf(err) == ClassCancelled {
		return Unknown
	}
	_ = x.emit(Event{Type: EventLost, Stage: t.Stage, Task: t.ID, Node: t.Node, Class: ClassOf(err), Message: err.Error(), Next: NextOf(err)})
	return Unknown
}

// displaced ends the run here: another controller has it, or another run has the node, so nothing that this one begins or
// notes from now on counts.
func (x *Executor) displaced(err error) Outcome {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.fatal == nil {
		x.fatal = err
	}
	return Unknown
}

func heldByOthers(err error) bool {
	var l *Locked
	return errors.Is(err, ErrOvertaken) || errors.As(err, &l)
}

func failure(err error) *Receipt {
	return &Receipt{Outcome: Failed, Class: ClassOf(err), Message: err.Error(), Next: NextOf(err), Exit: ExitOf(err)}
}

// end journals an outcome. When the journal fails, the task counts as unknown: it was not recorded.
func (x *Executor) end(t *Task, ref TaskRef, r *Receipt) Outcome {
	e := Event{
		Type: EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: cmp.Or(r.Digest, t.Digest),
		Outcome: r.Outcome, Changed: r.Changed, Sign: r.Change.Sign, Class: r.Class, Message: r.Message, Next: r.Next, Exit: r.Exit, Out: r.Out,
	}
	if r.Note != "" && r.Message == "" {
		e.Message = r.Note
	}
	if !r.Ended.IsZero() {
		e.Seconds = r.Ended.Sub(r.Began).Seconds()
	}
	if r.Outcome == Done {
		e.Will = Promised(t.Change, r.Change)
	}
	return x.ended(t, e)
}

func (x *Executor) ended(t *Task, e Event) Outcome {
	if err := x.emit(e); err != nil {
		return Unknown
	}
	x.mu.Lock()
	x.fresh[t.ID] = true
	x.mu.Unlock()
	if e.Outcome == Done && x.overrule(t, e.Will) != nil {
		return Unknown
	}
	return e.Outcome
}
