package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// exclusive runs do while no other session on this machine changes the node's records.
func (a *Agent) exclusive(do func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.store.make(); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(a.store.dir, "records.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return classed(a.store.dir, err)
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return classed(f.Name(), err)
	}
	return do()
}

// Lock holds the node for a run. The same run may come again with a higher epoch (resume, another controller);
// another run only when it names the holder to take over, and nothing of that one lives.
func (a *Agent) Lock(_ context.Context, r engine.LockRequest) error {
	return a.exclusive(func() error {
		held, err := a.store.lockRecord()
		if err != nil {
			return err
		}
		if err := a.mayLock(r, held); err != nil {
			return err
		}
		a.forget(r, held, time.Now())
		if err := a.keepPlan(r); err != nil {
			return err
		}
		if err := a.store.closing(r.Run).reserve(); err != nil {
			return err
		}
		if err := a.keepReplaced(r, held); err != nil {
			return err
		}
		// The epoch first: a record without it could be overtaken by an older controller.
		if err := a.store.write(filepath.Join(a.store.dir, "epoch.json"), epochRecord{r.Epoch, r.Run, r.Holder}); err != nil {
			return err
		}
		go a.prepare()
		return a.store.write(a.store.lockPath(), r.LockRecord)
	})
}

func (a *Agent) mayLock(r engine.LockRequest, held *engine.LockRecord) error {
	last, err := a.store.epoch()
	if err != nil {
		return err
	}
	if held != nil && held.Run != r.Run && held.Run != r.TakeOver {
		return &engine.Locked{Node: a.o.Node, Record: *held}
	}
	if r.Epoch <= last.Epoch && !last.by(r) {
		return engine.Failf(engine.ClassPrecondition, "%s: epoch %d is not above %d: another controller came first", a.o.Node, r.Epoch, last.Epoch)
	}
	if err := a.mayTouch(r); err != nil || r.TakeOver == "" || r.TakeOver == r.Run {
		return err
	}
	return a.quiet(r.TakeOver)
}

// mayTouch refuses a node whose files another run left half exchanged, as abandon does: only that run and its undo know
// which directory is which, and the server must not come up on them.
func (a *Agent) mayTouch(r engine.LockRequest) error {
	if a.o.Swaps == nil {
		return nil
	}
	runs, _ := a.o.Swaps() // where it cannot be told, the kinds that need it refuse
	for _, run := range runs {
		if run != r.Run && run != r.TakeOver {
			return engine.HalfWay(a.o.Node, run)
		}
	}
	return nil
}

func (a *Agent) keepPlan(r engine.LockRequest) error {
	if err := a.store.mkdir(a.store.runDir(r.Run)); err != nil {
		return err
	}
	return a.store.write(filepath.Join(a.store.runDir(r.Run), "plan.json"), keptPlan{r.Plan})
}

type keptPlan struct {
	Plan []byte `json:"plan"`
}

// Unlock releases the node. Force drops a lock that nobody can close, but never while a task lives or a swap is open.
func (a *Agent) Unlock(_ context.Context, r engine.UnlockRequest) error {
	return a.exclusive(func() error {
		held, err := a.store.lockRecord()
		if err != nil {
			return err
		}
		switch {
		case held == nil:
			return a.released(r.Run)
		case r.Force:
			r.Run = held.Run
		case held.Run != r.Run:
			return a.released(r.Run) // and taken by another run since, or given back
		case held.Epoch != r.Epoch:
			return a.stale(r.Epoch, held)
		}
		if err := a.nothingLives(held.Run); err != nil {
			return err
		}
		if err := a.nothingHalfWay(r.Force); err != nil {
			return err
		}
		return a.release(r)
	})
}

// nothingHalfWay refuses to drop a lock by force while files are half exchanged: another run could start the server
// on them. Whether that is so must be known.
func (a *Agent) nothingHalfWay(force bool) error {
	if !force || a.o.Swaps == nil {
		return nil
	}
	runs, err := a.o.Swaps()
	if err != nil {
		return fmt.Errorf("%s: whether a restore is half-way cannot be told: %w", a.o.Node, err)
	}
	if len(runs) == 0 {
		return nil
	}
	return engine.HalfWay(a.o.Node, runs[0])
}

// nothingLives refuses while anything of the run holds its attempt: a task, also one that has written nothing yet or only
// looks, or what a dead one left. It would go on under nobody's lock.
func (a *Agent) nothingLives(run string) error {
	attempts, err := a.store.attempts(run)
	if err != nil {
		return err
	}
	for _, at := range attempts {
		held, err := at.held()
		if err != nil {
			return err
		}
		if held {
			return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: task %s of run %s still lives", a.o.Node, at.ref().Task, run),
				"wait for it, or: tidemark cancel "+run+"; then again")
		}
	}
	return nil
}

func (a *Agent) release(r engine.UnlockRequest) error {
	if err := a.store.closing(r.Run).write(r); err != nil {
		return err
	}
	if back, err := a.settleReplaced(r); err != nil || back {
		return err
	}
	if err := os.Remove(a.store.lockPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return classed(a.store.dir, err)
	}
	return a.store.settled(a.store.lockPath(), a.store.dir)
}

// released makes durable that the lock went: who took it away may have been killed before.
func (a *Agent) released(run string) error {
	for _, dir := range []string{a.store.dir, a.store.runDir(run)} {
		if err := a.store.names(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return classed(dir, err)
		}
	}
	return nil
}

// holds checks that the node is locked by this run and this epoch: an older controller is refused, and a node
// without the record was wiped or replaced.
func (a *Agent) holds(run string, epoch int64) error {
	held, err := a.store.lockRecord()
	switch {
	case err != nil:
		return err
	case held == nil:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: has no lock of run %s: the node was wiped, replaced or unlocked", a.o.Node, run),
			"find out what happened to the node before anything else")
	case held.Run != run:
		return &engine.Locked{Node: a.o.Node, Record: *held}
	case held.Epoch != epoch:
		return a.stale(epoch, held)
	}
	return nil
}

func (a *Agent) stale(epoch int64, held *engine.LockRecord) error {
	return engine.TakenOver(engine.Failf(engine.ClassPrecondition, "%s: epoch %d was overtaken by %d (%s@%s): another controller drives run %s now",
		a.o.Node, epoch, held.Epoch, held.Holder.User, held.Holder.Host, held.Run), a.o.Node, held.Run)
}
