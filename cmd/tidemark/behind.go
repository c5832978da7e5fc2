package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// upToDate refuses to end, or to stop, a run that another controller took over since the record here was written: it is
// that one's by now. states are what its nodes know; driver is the process that drives it by this record, where one does.
func (a *app) upToDate(p *engine.Plan, s *engine.State, states map[string]engine.NodeState, driver *journal.Driver) error {
	if reason := engine.ClosedElsewhere(p.Run, s, states); reason != "" {
		err := engine.Failf(engine.ClassPrecondition, "run %s was closed (%s) by another controller", p.Run, reason)
		return &refused{engine.WithNext(err, "note that here, too: "+a.command("resume", p.Run))}
	}
	for _, n := range keys(states) {
		lock := lockOf(p.Run, states[n])
		switch {
		case engine.Overtaken(s, n, states[n]):
			return takenOver(n, p.Run, lock, a.command("resume", "--adopt", n, p.Run))
		case lock != nil && lock.Epoch > s.Epoch && !ofHere(lock.Holder, driver):
			return takenOver(n, p.Run, lock, a.command("resume", p.Run))
		}
	}
	return nil
}

// lockOf is the lock of the run on a node, or nil.
func lockOf(run string, node engine.NodeState) *engine.LockRecord {
	if node.Lock == nil || node.Lock.Run != run {
		return nil
	}
	return node.Lock
}

// takenOver says who has the run now, as far as the node tells; back is the command that takes it back.
func takenOver(node, run string, lock *engine.LockRecord, back string) error {
	who := ""
	if lock != nil && lock.Holder.User != "" {
		h := lock.Holder
		who = fmt.Sprintf(", and %s@%s holds it since %sZ", h.User, h.Host, h.Since.UTC().Format(time.DateTime))
	}
	err := engine.Failf(engine.ClassPrecondition, "%s: run %s went on without this record%s", node, run, who)
	return &refused{engine.WithNext(err, "go on there; or take the run back first: "+back)}
}

// ofHere tells whether a lock that the record does not know is all the same of its own making: by the process that drives
// the run now, or by one that ended on this machine before it could note the lock.
func ofHere(h engine.Holder, driver *journal.Driver) bool {
	if h.Host != holder().Host {
		return false
	}
	if driver != nil {
		return h.PID == driver.PID
	}
	return h.PID == os.Getpid() || errors.Is(syscall.Kill(h.PID, 0), syscall.ESRCH)
}

// mayCancel looks at the nodes first and at the record behind that: a process that drives the run notes what it locks
// before it begins anything there. A node that does not answer says nothing here; its own turn tells why.
func (a *app) mayCancel(ctx context.Context, s *session, run string, driver *journal.Driver) error {
	rec, err := journal.Read(journal.Dir(a.stateDir(), run))
	if err != nil {
		return err
	}
	states, _ := s.states(ctx, engine.NodesOf(rec.Plan), run)
	if rec, err = journal.Read(journal.Dir(a.stateDir(), run)); err != nil {
		return err
	}
	return a.upToDate(rec.Plan, engine.Fold(rec.Events), states, driver)
}
