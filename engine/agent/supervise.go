package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
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
func (a *Agent) Wait(ctx context.Context, ref engine.TaskRef, report func(engine.Progress)) (engine.TaskState, error) {
	at := a.store.attempt(ref)
	var last engine.Progress
	gone := a.children.gone(at.dir)
	pause := longestPause
	if gone == nil {
		pause = time.Millisecond
	}
	for ; ; pause = min(pause+pause/2, longestPause) {
		held, err := at.held()
		if err != nil || !held {
			return a.verdict(at, err)
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
	}
}

// longestPause is the time between two looks at a living attempt: its lock and its progress.
const longestPause = 100 * time.Millisecond

// verdict is how a finished attempt ended. No intent means that nothing was done: the process died, or could
// not write, before it began.
func (a *Agent) verdict(at attemptDir, err error) (engine.TaskState, error) {
	if err != nil {
		return engine.TaskState{}, err
	}
	state, err := ended(at, "")
	if err != nil || state.Standing != engine.Nothing {
		return state, err
	}
	var r engine.Receipt
	if err := read(at.path("failed.json"), &r); err != nil {
		r = engine.Receipt{Outcome: engine.Failed, Class: engine.ClassIO, Message: "the task's process ended before it began; its log: " + tail(at.path("log"), 300)}
	}
	return engine.TaskState{Standing: engine.Ended, Receipt: &r}, nil
}

func tail(path string, n int) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "no log"
	}
	return string(raw[max(0, len(raw)-n):])
}

// Settle ends what still lives of an attempt that left no receipt.
func (a *Agent) Settle(_ context.Context, ref engine.TaskRef) error {
	if err := a.holds(ref.Run, ref.Epoch); err != nil {
		return err
	}
	in, err := a.store.attempt(ref).intent()
	if err != nil || in == nil {
		return err
	}
	return in.Process.kill(settleWait)
}

// settleWait is how long killed processes may take to end; a process that waits for a dead disk takes longer.
const settleWait = 30 * time.Second

// Cancel asks the leader of a living task to end; it writes its receipt.
func (a *Agent) Cancel(_ context.Context, ref engine.TaskRef) error {
	p, err := a.store.attempt(ref).leader()
	if err != nil || !p.alive() {
		return err
	}
	return syscall.Kill(p.PID, syscall.SIGTERM)
}

// leader is the process of an attempt, from its intent or, for a pure task, its process record.
func (a attemptDir) leader() (Process, error) {
	in, err := a.intent()
	if err != nil || in != nil {
		return in.process(), err
	}
	var p Process
	err = read(a.path("process.json"), &p)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return p, err
}

func (in *Intent) process() Process {
	if in == nil {
		return Process{}
	}
	return in.Process
}

// Log is the attempt's output, at most its last MiB.
func (a *Agent) Log(_ context.Context, ref engine.TaskRef) ([]byte, error) {
	raw, err := os.ReadFile(a.store.attempt(ref).path("log"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return raw[max(0, len(raw)-1<<20):], err
}
