package agent

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidemark/engine"
)

// orphan starts a task whose script goes on, and kills only the task's own process. It gives the process of the script.
func orphan(t *testing.T, a *Agent, spec engine.TaskSpec, dir string) (child int) {
	t.Helper()
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	child = waitForPID(t, filepath.Join(dir, "pid"))
	t.Cleanup(func() { _ = syscall.Kill(child, syscall.SIGKILL) })
	in, err := a.store.attempt(spec.TaskRef).began()
	if err != nil || in == nil {
		t.Fatal("the task has not begun", err)
	}
	if err := syscall.Kill(in.Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for in.Process.alive() { // the kernel is about to end it
		time.Sleep(time.Millisecond)
	}
	return child
}

// TestCancelEndsWhatADeadTaskLeft: in its session, or in one of its own with the task's lock; one that takes no notice of
// being told is killed.
func TestCancelEndsWhatADeadTaskLeft(t *testing.T) {
	for what, script := range map[string]string{
		"in the session":       "echo $$ > pid; exec sleep 60",
		"a session of its own": "setsid sh -c 'echo $$ > pid; exec sleep 60' & sleep 60",
		"its lock let go":      "exec 3>&-; echo $$ > pid; exec sleep 60",
	} {
		t.Run(what, func(t *testing.T) {
			a, dir := newAgent(t), t.TempDir()
			spec := order1(t, shell{Script: script, Dir: dir})
			child := orphan(t, a, spec, dir)
			c, err := a.Cancel(t.Context(), spec.TaskRef)
			if err != nil || c.Told || !dead(child) {
				t.Fatalf("%+v %v, the child is gone: %v", c, err, dead(child))
			}
			if !slices.Contains(c.Ended, strconv.Itoa(child)+" (sleep)") {
				t.Errorf("told of %v, not of %d", c.Ended, child)
			}
			if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Standing != engine.Orphaned {
				t.Errorf("after it: %+v %v, want orphaned", s, err)
			}
			log, err := a.Log(t.Context(), spec.TaskRef)
			if err != nil || !strings.Contains(string(log), "its process was gone; what it had started was stopped (cancel)") {
				t.Errorf("the log says %q, %v", log, err)
			}
			if c, err := a.Cancel(t.Context(), spec.TaskRef); err != nil || c.Told || len(c.Ended) > 0 {
				t.Errorf("nothing lives: %+v %v", c, err)
			}
		})
	}
}

func TestCancelKillsWhatTakesNoNotice(t *testing.T) {
	t.Parallel()
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done", Dir: dir})
	child := orphan(t, a, spec, dir)
	if c, err := a.Cancel(t.Context(), spec.TaskRef); err != nil || !dead(child) || len(c.Ended) == 0 {
		t.Fatalf("%+v %v, the child is gone: %v", c, err, dead(child))
	}
}

// TestCancelIsFenced: a controller that another one has overtaken stops nothing.
func TestCancelIsFenced(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; exec sleep 60", Dir: dir})
	child := orphan(t, a, spec, dir)
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: 2}}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Cancel(t.Context(), spec.TaskRef); err == nil || !strings.Contains(err.Error(), "overtaken") || dead(child) {
		t.Errorf("by an older controller: %v", err)
	}
	spec.Epoch = 2
	if c, err := a.Cancel(t.Context(), spec.TaskRef); err != nil || len(c.Ended) == 0 {
		t.Errorf("by the one that drives the run now: %+v %v", c, err)
	}
}

// TestTimeBoundsWhatADeadTaskLeft: the process that would have seen to the task's time is gone.
func TestTimeBoundsWhatADeadTaskLeft(t *testing.T) {
	t.Parallel()
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; exec sleep 60", Dir: dir})
	spec.Timeout = 2 * time.Second
	child := orphan(t, a, spec, dir)
	if s, err := a.Start(t.Context(), spec); err != nil || s.Standing != engine.Alive {
		t.Fatalf("before its time is over: %+v %v, want alive", s, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s, err := a.Wait(ctx, spec.TaskRef, nil)
	if err != nil || s.Standing != engine.Orphaned || !dead(child) {
		t.Fatalf("%+v %v, the child is gone: %v", s, err, dead(child))
	}
	if want := "its process was gone; what it had started was stopped (its time was over): " + strconv.Itoa(child) + " (sleep)"; s.Note != want {
		t.Errorf("said %q, want %q", s.Note, want)
	}
}

// TestNothingIsReleasedUnderATask: one that was just started has written nothing yet, and goes on without the node's lock.
func TestNothingIsReleasedUnderATask(t *testing.T) {
	a := newAgent(t)
	ref := engine.TaskRef{Run: run, Epoch: 1, Task: "s/x[a/b]@n1", Attempt: 2}
	at := a.store.attempt(ref)
	if err := at.make(); err != nil {
		t.Fatal(err)
	}
	lock, err := at.lock()
	if err != nil || lock == nil {
		t.Fatal(err)
	}
	ref.Epoch = 0 // nothing tells it yet
	if s, err := a.State(t.Context(), run); err != nil || !slices.Equal(s.Alive, []engine.TaskRef{ref}) {
		t.Errorf("alive: %+v %v", s.Alive, err)
	}
	if c, err := a.Cancel(t.Context(), engine.TaskRef{Run: run, Epoch: 1, Task: ref.Task, Attempt: 2}); err == nil || c.Told || !strings.Contains(err.Error(), "that this user cannot see") {
		t.Errorf("cancel, with a holder that is not looked at: %+v %v", c, err)
	}
	for _, r := range []engine.UnlockRequest{{Run: run, Epoch: 1, Closed: "abandoned"}, {Force: true}} {
		if err := a.Unlock(t.Context(), r); err == nil || !strings.Contains(err.Error(), "task s/x[a/b]@n1 of run "+run+" still lives") {
			t.Errorf("%+v: %v", r, err)
		}
	}
	lock.Close()
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: run, Epoch: 1, Closed: "abandoned"}); err != nil {
		t.Error(err)
	}
}

// TestAPureTaskHoldsItsNode: it changes nothing, and its node would be another run's.
func TestAPureTaskHoldsItsNode(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; exec sleep 60", Dir: dir})
	spec.Kind = "look"
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	waitForPID(t, filepath.Join(dir, "pid"))
	if s, err := a.State(t.Context(), run); err != nil || !slices.Equal(s.Alive, []engine.TaskRef{spec.TaskRef}) || len(s.Intents) > 0 {
		t.Errorf("alive: %+v, intents: %+v, %v", s.Alive, s.Intents, err)
	}
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: run, Epoch: 1, Closed: "abandoned"}); err == nil {
		t.Error("released")
	}
	if c, err := a.Cancel(t.Context(), spec.TaskRef); err != nil || !c.Told {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil {
		t.Error(err)
	}
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: run, Epoch: 1, Closed: "abandoned"}); err != nil {
		t.Error(err)
	}
}
