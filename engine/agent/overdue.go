package agent

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// overtime is how long a task's own process may live on behind its time: what it started has graceLimit and settleWait to
// end, and the receipt waits for the disk. One that takes longer does not see to its time: it is stopped, or waits for what
// never comes.
const overtime = 2 * time.Minute

// sinceBoot is a clock that nobody sets.
func sinceBoot() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano()), err
}

// over tells whether the task's time is over since that long, by the clock that nobody sets; a record without it has the
// calendar's alone.
func (in *Intent) over(since, clock time.Duration) bool {
	switch {
	case in.Until.IsZero():
		return false
	case in.Clock == 0:
		return !time.Now().Before(in.Until.Add(since))
	}
	return clock >= in.Clock+in.Until.Sub(in.Began)+since
}

// overdue ends what is left of a task when its time is over, as the task's own process would have done: of one whose process
// is gone, then at once, with a receipt without waiting for that, and of one whose process lives on, with overtime. The note
// says so; without anything to do it is the one from before.
func (a *Agent) overdue(ctx context.Context, at attemptDir, before string) (note string, err error) {
	clock, err := sinceBoot()
	if err != nil {
		return before, err
	}
	return a.overdueBy(ctx, at, before, clock)
}

func (a *Agent) overdueBy(ctx context.Context, at attemptDir, before string, clock time.Duration) (note string, err error) {
	in, err := at.began()
	if err != nil || in == nil {
		return before, err
	}
	if in.Process.alive() {
		if !in.over(overtime, clock) {
			return before, nil
		}
		return a.takeCharge(ctx, at, in, settleWait)
	}
	r, err := at.receipt()
	why := "its time was over"
	switch {
	case err != nil:
		return before, err
	case r != nil:
		why = "the task had ended"
	case !in.over(0, clock):
		return before, nil
	}
	rest, err := a.endLeft(at)
	if err != nil {
		return before, fmt.Errorf("%s: its process is gone, what it had started lives on beyond its time: %w", in.Task, err)
	}
	if len(rest) == 0 {
		return before, nil
	}
	return at.noteEnded(why, rest), nil
}

func (a *Agent) endLeft(at attemptDir) (rest []member, err error) {
	err = a.exclusive(func() (err error) {
		rest, err = at.endRest(graceLimit)
		return err
	})
	return rest, err
}

// takeCharge ends a task whose own process lives and does not see to the task's time. It is woken and told first: one that
// was stopped then ends its task itself, within wait, and writes the receipt. What takes no notice is killed; how far it came nobody knows.
func (a *Agent) takeCharge(ctx context.Context, at attemptDir, in *Intent, wait time.Duration) (note string, err error) {
	was := in.Process.member()
	note = fmt.Sprintf("its process %s did not end when its time was over, and was told to", was)
	at.noteDown(note)
	if err := was.told(); err != nil {
		return "", engine.Fail(engine.ClassPrecondition, err)
	}
	lives, err := at.livesOn(ctx, wait)
	if err != nil || lives == "" {
		return note, err
	}
	rest, err := a.endLeft(at)
	if err != nil {
		return "", fmt.Errorf("%s: it lives on beyond its time: %w", in.Task, err)
	}
	note = fmt.Sprintf("its process did not end when its time was over, and was killed with what it had started: %s", names(rest))
	at.noteDown(note)
	return note, nil
}

// livesOn waits until nobody holds the attempt, at most so long, and tells who does then.
func (a attemptDir) livesOn(ctx context.Context, wait time.Duration) (string, error) {
	for until := time.Now().Add(wait); ; {
		held, err := a.held()
		if err != nil || !held {
			return "", err
		}
		if !time.Now().Before(until) {
			break
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(lookAgain):
		}
	}
	list, err := a.holders()
	if err != nil || len(list) == 0 {
		return "a process that this user cannot see", err
	}
	return names(list), nil
}
