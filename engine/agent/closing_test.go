package agent

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

// smallDisk is a directory on a file system of its own, with room for a few records.
func smallDisk(t *testing.T) string {
	t.Helper()
	needed.Root(t, "mounting a small file system")
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		needed.Skip(t, err.Error())
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// fillUp takes all room of dir's file system.
func fillUp(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "others"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
}

func lock(t *testing.T, a *Agent, r engine.LockRequest) {
	t.Helper()
	if err := a.Lock(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// TestAFullDiskKeepsNoLock: others took all room while the run was open. It is closed and its lock goes, also the one of
// an undo that did nothing: the run that it was to undo has its lock again.
func TestAFullDiskKeepsNoLock(t *testing.T) {
	for closed, undone := range map[string]bool{"done": false, "taken over": true, engine.ClosedRefused: true} {
		t.Run(closed, func(t *testing.T) {
			dir := smallDisk(t)
			// No task starts, and no process in readiness: a child has the files of its parent for a moment, and room of a
			// record that was replaced then comes back late.
			none := func(engine.TaskSpec, string, *os.File) error { return errors.New("no task starts here") }
			a, err := New(Options{Dir: filepath.Join(dir, "node"), Node: "n1", Launch: none})
			if err != nil {
				t.Fatal(err)
			}
			lock(t, a, engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: 1}})
			end := engine.UnlockRequest{Run: run, Epoch: 1, Closed: closed}
			if undone {
				lock(t, a, engine.LockRequest{LockRecord: engine.LockRecord{Run: undo, Epoch: 2}, TakeOver: run})
				end.Run, end.Epoch = undo, 2
			}
			fillUp(t, dir)
			if err := a.Store(t.Context(), engine.Barrier{Run: end.Run, Epoch: end.Epoch, Stage: "s"}); engine.ClassOf(err) != engine.ClassSpace {
				t.Fatalf("the disk is not full: %v", err)
			}
			if err := a.Unlock(t.Context(), end); err != nil {
				t.Fatal(err)
			}
			s, err := a.State(t.Context(), end.Run)
			if err != nil || s.Closed == nil || *s.Closed != end {
				t.Errorf("closed as %+v, %v", s.Closed, err)
			}
			if back := closed == engine.ClosedRefused; back != (s.Lock != nil && s.Lock.Run == run) || !back && s.Lock != nil {
				t.Errorf("the lock is %+v", s.Lock)
			}
		})
	}
}

// What is not written to its end is no close, and room alone is none.
func TestClosingTornAtEveryByte(t *testing.T) {
	c := closing{path: filepath.Join(t.TempDir(), "closed.json")}
	for _, err := range []error{c.reserve(), c.write(engine.UnlockRequest{Run: run, Epoch: 3, Closed: "done"})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	whole := contents(t, c.path)
	end := len(whole)
	for end > 0 && whole[end-1] == 0 {
		end--
	}
	for n := range end + 1 {
		text := make([]byte, len(whole))
		copy(text, whole[:n])
		if err := os.WriteFile(c.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := c.read()
		if err != nil || (r != nil) != (n == end) {
			t.Fatalf("%d bytes of %d: %+v, %v", n, end, r, err)
		}
	}
	if err := c.reserve(); err != nil {
		t.Fatal(err)
	}
	if r, err := c.read(); err != nil || r == nil || r.Epoch != 3 {
		t.Errorf("locked again, the earlier close is %+v, %v", r, err)
	}
}
