package agent

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidemark/engine"
)

// stopped starts a task and stops its own process, as an operator's SIGSTOP or a debugger does. It gives the process of the
// script.
func stopped(t *testing.T, a *Agent, spec engine.TaskSpec, dir string) (in *Intent, child int) {
	t.Helper()
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	child = waitForPID(t, filepath.Join(dir, "pid"))
	in, err := a.store.attempt(spec.TaskRef).began()
	if err != nil || in == nil {
		t.Fatal("the task has not begun", err)
	}
	if err := syscall.Kill(in.Process.PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(child, syscall.SIGKILL)
		_ = in.Process.member().signal(syscall.SIGKILL)
	})
	return in, child
}

// TestAStoppedTaskIsBoundedByItsTime: nothing is done to its process while that may still be ending the task itself, and then it is
// woken to do so.
func TestAStoppedTaskIsBoundedByItsTime(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; exec sleep 60", Dir: dir})
	spec.Timeout = time.Hour
	in, child := stopped(t, a, spec, dir)
	at, end := a.store.attempt(spec.TaskRef), in.Clock+spec.Timeout+overtime
	if note, err := a.overdueBy(t.Context(), at, "", end-time.Second); note != "" || err != nil || dead(child) {
		t.Fatalf("within its overtime: %q %v, the child is gone: %v", note, err, dead(child))
	}
	note, err := a.overdueBy(t.Context(), at, "", end)
	if err != nil || !strings.Contains(note, "did not end when its time was over, and was told to") || !dead(child) {
		t.Fatalf("behind it: %q %v, the child is gone: %v", note, err, dead(child))
	}
	if r, err := at.receipt(); err != nil || r == nil || r.Outcome != engine.Unknown {
		t.Errorf("%+v %v, want a receipt that says unknown", r, err)
	}
}

// deaf is a process that takes no notice of being told, in the place of a task's own.
func deaf(t *testing.T, a *Agent, ref engine.TaskRef) (attemptDir, *Intent) {
	t.Helper()
	at := a.store.attempt(ref)
	if err := at.make(); err != nil {
		t.Fatal(err)
	}
	lock, err := at.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	ready := filepath.Join(t.TempDir(), "pid")
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", "trap '' TERM; echo $$ > "+ready+"; while :; do sleep 0.1; done")
	cmd.ExtraFiles, cmd.SysProcAttr = []*os.File{lock}, &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = cmd.Wait() }()
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	s, err := stat(waitForPID(t, ready))
	if err != nil {
		t.Fatal(err)
	}
	boot, init, err := era()
	if err != nil {
		t.Fatal(err)
	}
	in := &Intent{TaskRef: ref, Process: Process{PID: cmd.Process.Pid, Start: s.start, Boot: boot, Init: init}}
	if err := at.begin(*in); err != nil {
		t.Fatal(err)
	}
	return at, in
}

func TestATaskThatTakesNoNoticeIsKilledBehindItsTime(t *testing.T) {
	t.Parallel()
	a := newAgent(t)
	at, in := deaf(t, a, order1(t, shell{}).TaskRef)
	note, err := a.takeCharge(t.Context(), at, in, 0)
	if err != nil || in.Process.alive() || !strings.Contains(note, "was killed with what it had started") || !strings.Contains(note, in.Process.member().String()[:3]) {
		t.Fatalf("%q %v, it lives: %v", note, err, in.Process.alive())
	}
	if s, err := a.Wait(t.Context(), in.TaskRef, nil); err != nil || s.Standing != engine.Orphaned {
		t.Errorf("%+v %v, want orphaned", s, err)
	}
}

// TestCancelTellsWhatItSaw: a stopped task is woken, and one that does not end is not called cancelled.
func TestCancelTellsWhatItSaw(t *testing.T) {
	t.Parallel()
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; exec sleep 60", Dir: dir})
	_, child := stopped(t, a, spec, dir)
	if c, err := a.Cancel(t.Context(), spec.TaskRef); err != nil || !c.Told || c.Lives != "" || !dead(child) {
		t.Errorf("stopped: %+v %v, the child is gone: %v", c, err, dead(child))
	}
	spec.Task = "s/deaf@n1"
	_, in := deaf(t, a, spec.TaskRef)
	if c, err := a.Cancel(t.Context(), spec.TaskRef); err != nil || !c.Told || !strings.Contains(c.Lives, in.Process.member().String()) {
		t.Errorf("deaf: %+v %v, want %s", c, err, in.Process.member())
	}
}

// TestTimeGoesByAClockThatNobodySets: a calendar that is set ahead ends no task, and one that is set back keeps none.
func TestTimeGoesByAClockThatNobodySets(t *testing.T) {
	const limit = time.Minute
	for name, c := range map[string]struct {
		began time.Time
		clock time.Duration
		now   time.Duration
		want  bool
	}{
		"in its time":               {time.Now(), time.Hour, time.Hour + limit - 1, false},
		"over":                      {time.Now(), time.Hour, time.Hour + limit, true},
		"the calendar is ahead":     {time.Now().Add(-24 * time.Hour), time.Hour, time.Hour + 1, false},
		"the calendar is behind":    {time.Now().Add(24 * time.Hour), time.Hour, 2 * time.Hour, true},
		"a record without, over":    {time.Now().Add(-time.Hour), 0, time.Hour, true},
		"a record without, in time": {time.Now(), 0, time.Hour, false},
	} {
		if in := (&Intent{Began: c.began, Until: c.began.Add(limit), Clock: c.clock}); in.over(0, c.now) != c.want {
			t.Errorf("%s: over is %v", name, !c.want)
		}
	}
	if (&Intent{Clock: 1}).over(0, 1<<60) {
		t.Error("a task without a limit is over")
	}
}
