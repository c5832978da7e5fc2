package agent

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tidemark/engine"
)

const undo = "20261123T000000Z-zz"

// takeOver lets the undo of run take the node.
func takeOver(t *testing.T, a *Agent, epoch int64) error {
	t.Helper()
	return a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: undo, Runbook: "undo-x", Epoch: epoch}, TakeOver: run})
}

func lockedBy(t *testing.T, a *Agent) string {
	t.Helper()
	s, err := a.State(t.Context(), "")
	if err != nil || s.Lock == nil {
		t.Fatalf("the node is not locked: %v", err)
	}
	return s.Lock.Run
}

// TestALivingTaskIsNotTakenOver: an undo beside a task of the run that it undoes would exchange directories against it.
func TestALivingTaskIsNotTakenOver(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; sleep 60", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	child := waitForPID(t, filepath.Join(dir, "pid"))
	err := takeOver(t, a, 2)
	if err == nil || !strings.Contains(err.Error(), "task s/x@n1 of run "+run+" still lives") || !strings.Contains(engine.NextOf(err), "tidemark cancel "+run) {
		t.Fatalf("with a living task: %v", err)
	}
	if by := lockedBy(t, a); by != run || dead(child) {
		t.Fatalf("after the refusal the node is held by %s, the task's child is gone: %v", by, dead(child))
	}
	if _, err := a.Cancel(t.Context(), spec.TaskRef); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil {
		t.Fatal(err)
	}
	if err := takeOver(t, a, 2); err != nil || lockedBy(t, a) != undo {
		t.Errorf("after it was cancelled: %v", err)
	}
}

// TestWhatADeadTaskLeftIsEndedByTheTakeOver: only the task's own process was killed, what it started goes on.
func TestWhatADeadTaskLeftIsEndedByTheTakeOver(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; sleep 60; echo late > late", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	child := waitForPID(t, filepath.Join(dir, "pid"))
	in, err := a.store.attempt(spec.TaskRef).intent()
	if err != nil || in == nil {
		t.Fatal("no intent", err)
	}
	if err := syscall.Kill(in.Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for in.Process.alive() { // the kernel is about to end it
	}
	if err := takeOver(t, a, 2); err != nil {
		t.Fatal(err)
	}
	if !dead(child) || lockedBy(t, a) != undo {
		t.Error("the take-over left the dead task's child alive")
	}
	if s, err := a.State(t.Context(), run); err != nil || len(s.Intents) != 1 {
		t.Errorf("the task without a receipt is forgotten: %+v %v", s, err)
	}
}

// TestATaskThatIsJustBeginningIsNotTakenOver: it holds its lock and has written nothing yet.
func TestATaskThatIsJustBeginningIsNotTakenOver(t *testing.T) {
	a := newAgent(t)
	at := a.store.attempt(order1(t, shell{}).TaskRef)
	if err := at.make(); err != nil {
		t.Fatal(err)
	}
	lock, err := at.lock()
	if err != nil || lock == nil {
		t.Fatal(err)
	}
	if err := takeOver(t, a, 2); err == nil || !strings.Contains(err.Error(), "task s/x@n1") {
		t.Errorf("with a task at its beginning: %v", err)
	}
	lock.Close()
	if err := takeOver(t, a, 2); err != nil {
		t.Error(err)
	}
}

// TestWhoDidNothingGivesTheLockBack: a run that lost another node, or was refused under its lock, changed nothing; the run
// whose lock it took is as open as before. After any other end that run is over here.
func TestWhoDidNothingGivesTheLockBack(t *testing.T) {
	for closed, back := range map[string]bool{engine.ClosedNotBegun: true, engine.ClosedRefused: true, "done": false, "abandoned": false} {
		t.Run(closed, func(t *testing.T) {
			a := newAgent(t)
			if err := takeOver(t, a, 2); err != nil {
				t.Fatal(err)
			}
			if err := takeOver(t, a, 3); err != nil { // resumed
				t.Fatal(err)
			}
			for range 2 { // asked again, as after a lost answer
				if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: undo, Epoch: 3, Closed: closed}); err != nil {
					t.Fatal(err)
				}
			}
			s, err := a.State(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			if back != (s.Lock != nil && s.Lock.Run == run && s.Lock.Epoch == 1) || back != (s.Closed == nil) {
				t.Errorf("lock %+v, closed %+v", s.Lock, s.Closed)
			}
			if !back && s.Closed.Closed != "taken over by run "+undo {
				t.Errorf("closed as %q", s.Closed.Closed)
			}
			if _, err := os.Stat(filepath.Join(a.store.runDir(undo), "closed.json")); err != nil {
				t.Error(err)
			}
		})
	}
}
