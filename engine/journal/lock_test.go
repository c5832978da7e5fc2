package journal

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

func TestASecondControllerIsRefused(t *testing.T) {
	dir, _ := made(t)
	j, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	busy := (*Busy)(nil)
	if _, _, err := Open(dir); !errors.As(err, &busy) || busy.Driver.PID != os.Getpid() {
		t.Fatalf("second: %v", err)
	}
	if d, err := DrivenBy(dir); err != nil || d == nil {
		t.Errorf("driven by %v, %v", d, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err := DrivenBy(dir); err != nil || d != nil {
		t.Errorf("after closing: driven by %v, %v", d, err)
	}
	if _, err := Create(dir, plan()); engine.ClassOf(err) != engine.ClassPrecondition {
		t.Errorf("an existing run was created again: %v", err)
	}
}

// A process that is just being started holds a copy of every descriptor until it becomes its own program.
func TestAClosedRunIsFreeBeforeItsCopiesAreClosed(t *testing.T) {
	dir, _ := made(t)
	j, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	child, err := unix.FcntlInt(j.lock.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(child) //nolint:errcheck // the copy was only held
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err := DrivenBy(dir); err != nil || d != nil {
		t.Errorf("driven by %v, %v", d, err)
	}
	next, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}
