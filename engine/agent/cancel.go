package agent

import (
	"context"
	"errors"
	"fmt"

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

// Cancel asks a living task to end, which writes its receipt, and tells whether it lives on. Of a task whose own process is
// gone it ends what that had started, and tells what it was.
func (a *Agent) Cancel(ctx context.Context, ref engine.TaskRef) (c engine.Cancelled, err error) {
	err = a.cancel(ref, &c)
	if err == nil && c.Told {
		c.Lives, err = a.store.attempt(ref).livesOn(ctx, graceLimit)
	}
	return c, err
}

func (a *Agent) cancel(ref engine.TaskRef, c *engine.Cancelled) error {
	return a.exclusive(func() (err error) {
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
		return true, in.Process.member().told()
	}
	if held, err := a.held(); err != nil || !held {
		return false, err
	}
	list, err := a.holders()
	if err == nil && len(list) == 0 {
		return false, a.letGo(0) // it ended, or cannot be seen
	}
	for _, m := range list {
		err = errors.Join(err, m.told())
	}
	return err == nil, err
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
