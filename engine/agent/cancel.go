package agent

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"tidemark/engine"
)

// Settle ends what still lives of an attempt that left no receipt.
func (a *Agent) Settle(_ context.Context, ref engine.TaskRef) error {
	return a.exclusive(func() error {
		if err := a.holds(ref.Run, ref.Epoch); err != nil {
			return err
		}
		_, err := a.store.attempt(ref).endRest(0)
		return err
	})
}

// Cancel asks a living task to end; it writes its receipt. Of a task whose own process is gone it ends what that had
// started, and tells what it was.
func (a *Agent) Cancel(_ context.Context, ref engine.TaskRef) (c engine.Cancelled, err error) {
	err = a.exclusive(func() error {
		if err := a.holds(ref.Run, ref.Epoch); err != nil {
			return err
		}
		at := a.store.attempt(ref)
		if c.Told, err = at.tell(); err != nil || c.Told {
			return err
		}
		rest, err := at.endRest(graceLimit)
		for _, m := range rest {
			c.Ended = append(c.Ended, m.String())
		}
		if err != nil {
			return fmt.Errorf("%s: its process is gone, what it had started lives: %w", ref.Task, err)
		}
		at.noteEnded("cancel", rest)
		return nil
	})
	return c, err
}

// tell asks the attempt's own process to end, if it lives. One that has not begun yet is known by the lock alone.
func (a attemptDir) tell() (bool, error) {
	in, err := a.began()
	if err != nil {
		return false, err
	}
	if in != nil {
		if !in.Process.alive() {
			return false, nil
		}
		return true, syscall.Kill(in.Process.PID, syscall.SIGTERM)
	}
	if held, err := a.held(); err != nil || !held {
		return false, err
	}
	list, err := a.holders()
	if err == nil && len(list) == 0 {
		return false, a.letGo(0) // it ended, or cannot be seen
	}
	for _, m := range list {
		err = errors.Join(err, m.signal(syscall.SIGTERM))
	}
	return err == nil, err
}

// overdue ends what is left of a task whose own process is gone when the task's time is over, as that process would have
// done; with a receipt that is at once. The note says so; without anything to do it is the one from before.
func (a *Agent) overdue(at attemptDir, before string) (note string, err error) {
	in, err := at.began()
	if err != nil || in == nil || in.Process.alive() {
		return before, err
	}
	r, err := at.receipt()
	why := "its time was over"
	switch {
	case err != nil:
		return before, err
	case r != nil:
		why = "the task had ended"
	case in.Until.IsZero() || time.Now().Before(in.Until):
		return before, nil
	}
	var rest []member
	err = a.exclusive(func() (err error) {
		rest, err = at.endRest(graceLimit)
		return err
	})
	if err != nil {
		return before, fmt.Errorf("%s: its process is gone, what it had started lives on beyond its time: %w", in.Task, err)
	}
	if len(rest) == 0 {
		return before, nil
	}
	return at.noteEnded(why, rest), nil
}

// noteEnded tells, also in the attempt's log, what was ended of a task whose own process was gone.
func (a attemptDir) noteEnded(why string, rest []member) string {
	if len(rest) == 0 {
		return ""
	}
	text := fmt.Sprintf("its process was gone; what it had started was stopped (%s): %s", why, names(rest))
	a.noteDown(text)
	return text
}
