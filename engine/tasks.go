package engine

import (
	"context"
	"fmt"
	"time"

	"tidemark/schema"
)

// task brings one task to an outcome: asks about an attempt begun earlier, settles what is unknown, retries.
// An open record after it means that the node could not be asked.
func (x *Executor) task(ctx context.Context, t *Task) Outcome {
	t, err := x.resolved(t)
	if err != nil {
		return x.end(t, TaskRef{}, failure(err))
	}
	if t.Skip != "" {
		return x.end(t, TaskRef{}, &Receipt{Outcome: Skipped, Message: t.Skip})
	}
	if err := x.agreed(ctx, t); err != nil {
		return x.end(t, TaskRef{}, failure(err))
	}
	settled := 0
	for try := 1; ; {
		outcome, again := x.attempt(ctx, t)
		if again && x.calledOff(t) {
			return Unknown // settled as not done; resume makes the next attempt
		}
		if again {
			if settled++; settled > maxSettled {
				return x.end(t, x.ref(t, x.record(t.ID).Attempt), x.tooOften(t, settled))
			}
			continue
		}
		if outcome != Failed || !x.retry(ctx, t, try) {
			return outcome
		}
		try++
	}
}

// calledOff tells whether a person wants no further attempt now: of anything, or of this task, which was cancelled.
func (x *Executor) calledOff(t *Task) bool {
	return x.Stopped() || x.record(t.ID).Class == ClassCancelled
}

// agreed asks the operator where the step wants that.
func (x *Executor) agreed(ctx context.Context, t *Task) error {
	step, err := x.Basis.Kinds.Get(t.Kind).Step(t.Args)
	q, ok := step.(Questioner)
	if err != nil || !ok {
		return err
	}
	if x.Ask == nil {
		return WithNext(Failf(ClassPrecondition, "nobody is there to answer: %s", q.Question()), "run it from a terminal, or answer with --yes")
	}
	yes, err := x.Ask(ctx, q.Question())
	if err == nil && !yes {
		err = Failf(ClassCancelled, "the answer was no: %s", q.Question())
	}
	return err
}

// defaultTimeout bounds a task whose step says nothing: a night and a day, so that nothing waits for ever.
const defaultTimeout = 24 * time.Hour

// maxSettled bounds how often one task is begun anew after an unknown end: a task that dies, or says nothing of use, each
// time would otherwise be started for ever.
const maxSettled = 3

// tooOften is the failure of a task whose attempts all ended unknown and were settled as not done; the last one tells why.
func (x *Executor) tooOften(t *Task, settled int) *Receipt {
	r := x.record(t.ID)
	err := &Error{Class: r.Class, Err: fmt.Errorf("not done after %d attempts; the last one: %s", settled, r.Message), Next: r.Next, Exit: r.Exit}
	if err.Class == "" {
		err.Class = ClassIO
	}
	if err.Next == "" {
		err.Next = "read what it wrote: tidemark logs " + x.Plan.Run + " " + t.ID
	}
	return failure(err)
}

// attempt makes the next attempt, or asks about the one that is open, and settles it. again means: settled as
// not done, take the next number.
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
	s, err := x.ask(ctx, t, ref, r.Open)
	switch {
	case err != nil && !r.Open && (ClassOf(err) == ClassPrecondition || ClassOf(err) == ClassSpace):
		// The node answered that it does not begin; where it has no space, not even for the intent.
		return x.end(t, ref, failure(err)), false
	case err != nil:
		return x.lose(t, err), false
	case s.Standing == Ended && s.Receipt.Outcome != Unknown:
		return x.end(t, ref, s.Receipt), false
	case s.Standing == Ended:
		x.end(t, ref, s.Receipt)
	default:
		x.end(t, ref, &Receipt{Outcome: Unknown, Message: "the task's process ended without a receipt"})
	}
	return x.settle(ctx, t, ref)
}

func (x *Executor) ref(t *Task, attempt int) TaskRef {
	return TaskRef{Run: x.Plan.Run, Epoch: x.State.Epoch, Task: t.ID, Attempt: attempt}
}

// ask starts the attempt, or attaches to it where it was begun before, and waits for its end.
func (x *Executor) ask(ctx context.Context, t *Task, ref TaskRef, begun bool) (TaskState, error) {
	node, spec := x.Nodes[t.Place()], x.spec(t, ref)
	unread := x.addSecrets(ctx, t, &spec)
	if unread != nil && !begun {
		return TaskState{}, unread
	}
	s, err := node.Start(ctx, spec)
	if err != nil && unread != nil {
		return s, unread
	}
	if err != nil || s.Standing == Ended || s.Standing == Orphaned {
		return s, err
	}
	defer x.bridged(ctx, t, ref)()
	return node.Wait(ctx, ref, func(p Progress) {
		_ = x.emit(Event{Type: EventProgress, Stage: t.Stage, Task: t.ID, Node: t.Node, Attempt: ref.Attempt, Done: p.Done, Total: p.Total, Message: p.Text})
	})
}

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

// lose leaves the attempt open: nobody knows how it stands until the node answers again.
func (x *Executor) lose(t *Task, err error) Outcome {
	_ = x.emit(Event{Type: EventLost, Stage: t.Stage, Task: t.ID, Node: t.Node, Class: ClassOf(err), Message: err.Error(), Next: NextOf(err)})
	return Unknown
}

func failure(err error) *Receipt {
	return &Receipt{Outcome: Failed, Class: ClassOf(err), Message: err.Error(), Next: NextOf(err), Exit: ExitOf(err)}
}

// end journals an outcome. When the journal fails, the task counts as unknown: it was not recorded.
func (x *Executor) end(t *Task, ref TaskRef, r *Receipt) Outcome {
	e := Event{
		Type: EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: t.Digest,
		Outcome: r.Outcome, Changed: r.Changed, Sign: r.Change.Sign, Class: r.Class, Message: r.Message, Next: r.Next, Exit: r.Exit, Out: r.Out,
	}
	if r.Note != "" && r.Message == "" {
		e.Message = r.Note
	}
	if !r.Ended.IsZero() {
		e.Seconds = r.Ended.Sub(r.Began).Seconds()
	}
	if r.Outcome == Done {
		e.Will = promised(t.Change, r.Change)
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

// retry tells whether a failed task is tried again, after the pause of its step.
func (x *Executor) retry(ctx context.Context, t *Task, try int) bool {
	step := x.Basis.findStep(t)
	if step.Retry == nil || try >= step.Retry.Attempts || x.Stopped() {
		return false
	}
	r := x.record(t.ID)
	env := x.env(t)
	env.Failure, env.Attempt, env.Exit = string(r.Class), try, r.Exit
	if wants, diags := step.Retry.Wants(env); diags.Err() != nil || !wants {
		return false
	}
	pause := pauseAfter(step.Retry, try)
	if x.emit(Event{Type: EventRetry, Stage: t.Stage, Task: t.ID, Node: t.Node, Attempt: r.Attempt, Class: r.Class, Message: r.Message, Seconds: pause.Seconds()}) != nil {
		return false
	}
	select {
	case <-time.After(pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// pauseAfter is the wait behind the given try: backoff × factor^(try−1), at most max.
func pauseAfter(r *schema.Retry, try int) time.Duration {
	d := float64(r.Backoff)
	for range try - 1 {
		d *= max(1, r.Factor)
	}
	if r.Max > 0 {
		d = min(d, float64(r.Max))
	}
	return time.Duration(d)
}
