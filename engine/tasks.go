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
	if outcome, free := x.asBegun(ctx, t, err); !free {
		return outcome
	}
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

// calledOff tells whether a person wants no further attempt now: of anything, or of this task, which was cancelled. Who
// resumes wants what was cancelled before.
func (x *Executor) calledOff(t *Task) bool {
	r := x.record(t.ID)
	return x.Stopped() || x.ranHere(t.ID) && r.Class == ClassCancelled && !r.Cancelled
}

// AnsweredNo begins the message of a task that the operator did not agree to.
const AnsweredNo = "the answer was no: "

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
		err = Failf(ClassCancelled, "%s%s", AnsweredNo, q.Question())
	}
	return err
}

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

// retry tells whether a failed task is tried again, after the pause of its step. What a person cancelled, or stopped in
// the pause, waits for a resume.
func (x *Executor) retry(ctx context.Context, t *Task, try int) bool {
	step := x.Basis.findStep(t)
	if step.Retry == nil || try >= step.Retry.Attempts || x.calledOff(t) {
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
		return !x.Stopped()
	case <-x.stop.gone():
		return false
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
