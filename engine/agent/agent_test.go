package agent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidemark/engine"
)

const run = "20261122T010203Z-k7"

func newAgent(t *testing.T) *Agent {
	t.Helper()
	a, err := New(Options{Dir: filepath.Join(t.TempDir(), "node"), Node: "n1", Build: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: 1}}); err != nil {
		t.Fatal(err)
	}
	return a
}

func order1(t *testing.T, s shell) engine.TaskSpec {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return engine.TaskSpec{
		TaskRef: engine.TaskRef{Run: run, Epoch: 1, Task: "s/x@n1", Attempt: 1}, Kind: "shell", Args: raw,
		Digest: engine.ArgsDigest("shell", raw), Approved: engine.Change{Sign: engine.Creates, Summary: "make done"},
	}
}

func TestTaskRunsOnceAndLeavesItsReceipt(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo >> done", Dir: dir})
	s, err := a.Start(t.Context(), spec)
	if err != nil || s.Standing != engine.Started {
		t.Fatalf("start: %v %v", s, err)
	}
	s, err = a.Wait(t.Context(), spec.TaskRef, nil)
	if err != nil || s.Standing != engine.Ended || s.Receipt.Outcome != engine.Done || !s.Receipt.Changed {
		t.Fatalf("wait: %+v %v", s.Receipt, err)
	}
	again, err := a.Start(t.Context(), spec)
	if err != nil || again.Standing != engine.Ended || again.Receipt.Ended != s.Receipt.Ended {
		t.Fatalf("asked again: %+v %v", again, err)
	}
	spec.Digest = "other"
	if _, err := a.Start(t.Context(), spec); engine.ClassOf(err) != engine.ClassPrecondition {
		t.Fatalf("other arguments: %v", err)
	}
}

// TestOnlyTheLeaderIsKilled ends the task's own process with a slow child alive: the child counts as the task, a
// second start attaches to it, and settling ends it before anything else may run.
func TestOnlyTheLeaderIsKilled(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; sleep 60; echo late > late", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	pid := waitForPID(t, filepath.Join(dir, "pid"))
	in, err := a.store.attempt(spec.TaskRef).intent()
	if err != nil || in == nil {
		t.Fatal("no intent", err)
	}
	if err := syscall.Kill(in.Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Start(t.Context(), spec); err != nil || s.Standing != engine.Alive {
		t.Fatalf("with a living child: %v %v, want alive", s, err)
	}
	if err := a.Settle(t.Context(), spec.TaskRef); err != nil {
		t.Fatal(err)
	}
	if !dead(pid) {
		t.Fatal("the child outlived the settling")
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Standing != engine.Orphaned {
		t.Fatalf("after settling: %v %v, want orphaned", s, err)
	}
}

func waitForPID(t *testing.T, path string) int {
	t.Helper()
	for range 1000 {
		if raw, err := os.ReadFile(path); err == nil && strings.HasSuffix(string(raw), "\n") {
			pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the task did not start its child")
	return 0
}

func TestCancelEndsUnknown(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; sleep 60", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	waitForPID(t, filepath.Join(dir, "pid"))
	if _, err := a.Cancel(t.Context(), spec.TaskRef); err != nil {
		t.Fatal(err)
	}
	s, err := a.Wait(t.Context(), spec.TaskRef, nil)
	if err != nil || s.Receipt == nil || s.Receipt.Outcome != engine.Unknown || s.Receipt.Class != engine.ClassCancelled {
		t.Fatalf("%+v %v", s.Receipt, err)
	}
}

func TestLockRefuses(t *testing.T) {
	a := newAgent(t)
	lock := func(run string, epoch int64) error {
		return a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: epoch}})
	}
	if err := lock("other", 9); err == nil || !strings.Contains(err.Error(), "locked by run "+run) {
		t.Errorf("another run: %v", err)
	}
	if err := lock(run, 1); err != nil {
		t.Errorf("asked again, as after a lost answer: %v", err)
	}
	other := engine.LockRecord{Run: run, Epoch: 1, Holder: engine.Holder{PID: 2}}
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: other}); err == nil {
		t.Error("two controllers took the same epoch")
	}
	if err := lock(run, 2); err != nil {
		t.Errorf("the same run, a later epoch: %v", err)
	}
	if _, err := a.Start(t.Context(), order1(t, shell{})); err == nil || !strings.Contains(err.Error(), "overtaken") {
		t.Errorf("an older controller starts a task: %v", err)
	}
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: run, Epoch: 2, Closed: "done"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(t.Context(), order1(t, shell{})); err == nil || !strings.Contains(err.Error(), "wiped, replaced or unlocked") {
		t.Errorf("a task without a lock: %v", err)
	}
}

// TestHalfWayAcceptsOnlyItsUndo: files are half exchanged and nobody holds the node, as after abandon.
func TestHalfWayAcceptsOnlyItsUndo(t *testing.T) {
	a, err := New(Options{Dir: filepath.Join(t.TempDir(), "node"), Node: "n1", Swaps: func() ([]string, error) { return []string{run}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	other := engine.LockRecord{Run: "20261123T000000Z-zz", Runbook: "undo-restore-vellum", Epoch: 1}
	err = a.Lock(t.Context(), engine.LockRequest{LockRecord: other})
	if engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), run) || !strings.Contains(engine.NextOf(err), "undo-restore-vellum --input run="+run) {
		t.Errorf("another run: %v", err)
	}
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: other, TakeOver: run}); err != nil {
		t.Errorf("its undo: %v", err)
	}
	if s, err := a.State(t.Context(), ""); err != nil || len(s.Swaps) != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestForceUnlocksNothingHalfWay(t *testing.T) {
	var open []string
	a, err := New(Options{Dir: filepath.Join(t.TempDir(), "node"), Node: "n1", Swaps: func() ([]string, error) { return open, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: 1}}); err != nil {
		t.Fatal(err)
	}
	open = []string{run}
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Force: true}); err == nil || !strings.Contains(err.Error(), "half-way") {
		t.Errorf("a swap is open: %v", err)
	}
	if s, err := a.State(t.Context(), ""); err != nil || s.Lock == nil {
		t.Errorf("the lock is gone: %v", err)
	}
	open = nil
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Force: true}); err != nil {
		t.Errorf("no swap is open: %v", err)
	}
}
