package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tidemark/engine"
)

// TestAFullDiskIsToldOfAnAttemptThatCouldNotSay: its process can write neither the record, nor why, nor its log.
func TestAFullDiskIsToldOfAnAttemptThatCouldNotSay(t *testing.T) {
	for name, c := range map[string]struct {
		full, began bool
		class       engine.Class
		words, next string
	}{
		"full":         {true, false, engine.ClassSpace, "the task's process ended before it began: its record cannot be written: node state ", "free space on that file system"},
		"with room":    {false, false, engine.ClassIO, "the task's process ended before it began; its log: none", ""},
		"behind begin": {false, true, engine.ClassIO, "the task's process ended without a receipt; its log: none", ""},
	} {
		t.Run(name, func(t *testing.T) {
			full := false
			a, err := New(Options{
				Dir: filepath.Join(t.TempDir(), "node"), Node: "n1",
				Launch: func(_ engine.TaskSpec, dir string, _ *os.File) error {
					if c.began {
						return os.WriteFile(filepath.Join(dir, "process.json"), []byte(`{"run":"`+run+`"}`), 0o600)
					}
					return nil
				},
				Sync: func(f *os.File) error {
					if full {
						return syscall.ENOSPC
					}
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			spec := order1(t, shell{})
			if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: 1}}); err != nil {
				t.Fatal(err)
			}
			_, err = a.Start(t.Context(), spec)
			full = c.full
			s, waited := a.Wait(t.Context(), spec.TaskRef, nil)
			if err := errors.Join(err, waited); err != nil || s.Receipt == nil {
				t.Fatalf("%+v %v", s, err)
			}
			if r := s.Receipt; r.Outcome != engine.Failed || r.Class != c.class || !strings.HasPrefix(r.Message, c.words) || r.Next != c.next {
				t.Errorf("%s, %s: %s; next: %s", r.Outcome, r.Class, r.Message, r.Next)
			}
			if left, err := os.ReadDir(a.store.attempt(spec.TaskRef).dir); err != nil || len(left) > 2 {
				t.Errorf("left %v %v", left, err)
			}
		})
	}
}

// TestRecordsThatGoWhileATaskLives: the state directory is taken away in the middle of it. That it left no record does not say
// that it never began.
func TestRecordsThatGoWhileATaskLives(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo $$ > pid; exec sleep 60", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	pid := waitForPID(t, filepath.Join(dir, "pid"))
	defer func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
	if err := os.RemoveAll(a.store.dir); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Standing != engine.Orphaned || s.Note != engine.RecordsGone {
		t.Errorf("%+v, %v", s, err)
	}
}
