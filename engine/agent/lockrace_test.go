package agent

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// TestALookIsNoLivingTask: who looks at an attempt shares its lock for a moment; a task that is started meanwhile waits for
// that, and is not answered as alive.
func TestALookIsNoLivingTask(t *testing.T) {
	a := newAgent(t)
	started := 0
	a.o.Launch = func(engine.TaskSpec, string, *os.File) error { started++; return nil }
	spec := order1(t, shell{})
	at := a.store.attempt(spec.TaskRef)
	if err := at.make(); err != nil {
		t.Fatal(err)
	}
	look, err := os.OpenFile(at.path("lock"), os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(look.Fd()), unix.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	var looker sync.WaitGroup
	looker.Go(func() {
		time.Sleep(20 * time.Millisecond)
		look.Close()
	})
	defer looker.Wait()
	if s, err := a.Start(t.Context(), spec); err != nil || s.Standing != engine.Started || started != 1 {
		t.Errorf("beside a look: %v, %v, %d started", s.Standing, err, started)
	}
}

// TestALookThatDoesNotEndIsNotWaitedForForEver: its process was stopped in it. All that changes the node's records would wait
// behind who starts a task.
func TestALookThatDoesNotEndIsNotWaitedForForEver(t *testing.T) {
	at := newAgent(t).store.attempt(order1(t, shell{}).TaskRef)
	if err := at.make(); err != nil {
		t.Fatal(err)
	}
	look, err := os.OpenFile(at.path("lock"), os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	if err := unix.Flock(int(look.Fd()), unix.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	if lock, err := at.lockWithin(0); lock != nil || !strings.Contains(engine.NextOf(err), "fuser "+at.path("lock")) {
		t.Errorf("%v, %v", lock, err)
	}
}

// TestALockIsOpenForWriting: flock(2) says that NFS wants that for a lock that excludes.
func TestALockIsOpenForWriting(t *testing.T) {
	at := newAgent(t).store.attempt(order1(t, shell{}).TaskRef)
	if err := at.make(); err != nil {
		t.Fatal(err)
	}
	lock, err := at.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if mode, err := unix.FcntlInt(lock.Fd(), unix.F_GETFL, 0); err != nil || mode&unix.O_ACCMODE != unix.O_RDWR {
		t.Errorf("opened with %#x, %v", mode, err)
	}
}
