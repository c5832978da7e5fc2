package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// quiet makes sure that nothing of a run lives on this node, before another run takes its place here. What a dead task
// left running is ended, as Settle ends it, and a pure one, which only looks. A task that lives is refused: what it asked
// a server for would go on without it, and only a task that is told to stop can say how far it came.
func (a *Agent) quiet(run string) error {
	attempts, err := a.store.attempts(run)
	if err != nil {
		return err
	}
	for _, at := range attempts {
		switch err := at.endDead(); {
		case errors.Is(err, errUnseen):
			return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: task %s of run %s still lives: %w", a.o.Node, at.ref().Task, run, err), engine.NextOf(err))
		case err != nil:
			return err
		}
	}
	return a.nothingLives(run)
}

// endDead ends what is left of an attempt whose own process is gone without a known outcome, and a pure one.
func (a attemptDir) endDead() error {
	r, err := a.receipt()
	if err != nil || r != nil && r.Outcome != engine.Unknown {
		return err
	}
	in, err := a.intent()
	if err != nil || in != nil && in.Process.alive() {
		return err
	}
	_, err = a.endRest(0)
	return err
}

// keepReplaced keeps the lock that a run takes over, until it is known whether that run does anything here.
func (a *Agent) keepReplaced(r engine.LockRequest, held *engine.LockRecord) error {
	if held == nil || held.Run == r.Run {
		return nil
	}
	return a.store.write(a.replacedBy(r.Run), held)
}

func (a *Agent) replacedBy(run string) string {
	return filepath.Join(a.store.runDir(run), "replaced.json")
}

// replaced is the lock that a run took over here; nil where it took none.
func (a *Agent) replaced(run string) (*engine.LockRecord, error) {
	var l engine.LockRecord
	err := read(a.replacedBy(run), &l)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &l, err
}

// settleReplaced ends the run whose lock r.Run took over. A run that did nothing gives the lock back: true. After any
// other, that run must not be taken up again: its record no longer tells what is true here.
func (a *Agent) settleReplaced(r engine.UnlockRequest) (back bool, err error) {
	l, err := a.replaced(r.Run)
	if err != nil || l == nil {
		return false, err
	}
	if r.Closed == engine.ClosedNotBegun || r.Closed == engine.ClosedRefused {
		return true, a.giveBack(r.Run)
	}
	over := engine.UnlockRequest{Run: l.Run, Epoch: r.Epoch, Closed: "taken over by run " + r.Run}
	return false, a.store.closing(l.Run).write(over)
}

// giveBack moves the lock that was kept to its place: unlike writing it anew, that takes no room on the disk.
func (a *Agent) giveBack(run string) error {
	if err := os.Rename(a.replacedBy(run), a.store.lockPath()); err != nil {
		return classed(a.store.lockPath(), err)
	}
	return a.store.settled(a.store.lockPath(), a.store.dir, a.store.runDir(run))
}
