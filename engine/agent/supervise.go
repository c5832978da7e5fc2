package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"tidemark/engine"
)

// Start answers how the attempt stands; only when there is no trace of it, it is started.
func (a *Agent) Start(_ context.Context, s engine.TaskSpec) (state engine.TaskState, err error) {
	err = a.exclusive(func() error {
		if err := a.holds(s.Run, s.Epoch); err != nil {
			return err
		}
		state, err = a.start(s)
		return err
	})
	return state, err
}

func (a *Agent) start(s engine.TaskSpec) (engine.TaskState, error) {
	at := a.store.attempt(s.TaskRef)
	if err := at.make(); err != nil {
		return engine.TaskState{}, err
	}
	lock, err := at.lock()
	if err != nil {
		return engine.TaskState{}, err
	}
	if lock == nil {
		return engine.TaskState{Standing: engine.Alive}, nil
	}
	defer lock.Close()
	state, err := ended(at, s.Digest)
	if err != nil || state.Standing != engine.Nothing {
		return state, err
	}
	if err := a.o.Launch(s, at.dir, lock); err != nil {
		if engine.ClassOf(err) == engine.ClassPrecondition {
			return engine.TaskState{}, err
		}
		return engine.TaskState{}, engine.Failf(engine.ClassIO, "start of %s: %w", s.Task, err)
	}
	return engine.TaskState{Standing: engine.Started}, nil
}

// ended reads how an attempt stands that nobody holds. digest "" accepts any.
func ended(at attemptDir, digest string) (engine.TaskState, error) {
	r, err := at.receipt()
	if err != nil {
		return engine.TaskState{}, err
	}
	if r != nil && digest != "" && r.Digest != digest {
		return engine.TaskState{}, engine.Failf(engine.ClassPrecondition, "attempt %d of %s was made with other arguments (%s, now %s)", r.Attempt, r.Task, r.Digest, digest)
	}
	if r != nil {
		return engine.TaskState{Standing: engine.Ended, Receipt: r}, nil
	}
	in, err := at.intent()
	if err != nil || in == nil {
		return engine.TaskState{Standing: engine.Nothing}, err
	}
	return engine.TaskState{Standing: engine.Orphaned}, nil
}

// Wait blocks until nobody holds the attempt any more and tells how it ended. It looks at the lock when the
// process that this session started ends, and at growing intervals, since a blocked flock could not be called off.
// What a task left is ended when its time is over, and one that does not end by itself then.
func (a *Agent) Wait(ctx context.Context, ref engine.TaskRef, report func(engine.Progress)) (engine.TaskState, error) {
	at := a.store.attempt(ref)
	var last engine.Progress
	var note string
	gone := a.children.gone(at.dir)
	pause := longestPause
	if gone == nil {
		pause = time.Millisecond
	}
	for ; ; pause = min(pause+pause/2, longestPause) {
		held, err := at.held()
		if err != nil || !held {
			return a.verdict(ref, note, err)
		}
		if p, ok := at.progress(); ok && p != last && report != nil {
			last = p
			report(p)
		}
		select {
		case <-ctx.Done():
			return engine.TaskState{}, ctx.Err()
		case <-gone:
			gone, pause = nil, time.Millisecond // what it started may still hold the lock
		case <-time.After(pause):
		}
		if note, err = a.overdue(ctx, at, note); err != nil {
			return engine.TaskState{}, err
		}
	}
}

// longestPause is the time between two looks at a living attempt: its lock and its progress.
const longestPause = 100 * time.Millisecond

// Log is the attempt's output, at most its last MiB.
func (a *Agent) Log(_ context.Context, ref engine.TaskRef) ([]byte, error) {
	raw, err := os.ReadFile(a.store.attempt(ref).path("log"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return raw[max(0, len(raw)-1<<20):], err
}
