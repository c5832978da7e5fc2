package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

// TestWhoLooksChangesNothing: neither a plan nor a look forgets what is old, and on a node that never had a run they leave
// no directory.
func TestWhoLooksChangesNothing(t *testing.T) {
	old := time.Now().Add(-2 * keepReceipts)
	for name, lay := range map[string]func(dir string) error{
		"nothing there": func(string) error { return nil },
		"an older format": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "format.json"), []byte(`{"format":1}`), 0o600))
		},
		"old records": func(dir string) error {
			room, program := filepath.Join(dir, "runs", run), filepath.Join(dir, "programs", "a")
			closed := filepath.Join(room, "closed.json")
			return errors.Join(os.MkdirAll(room, 0o700), os.WriteFile(closed, []byte("{}"), 0o600), os.Chtimes(closed, old, old),
				os.MkdirAll(program, 0o700), os.Chtimes(program, old, old))
		},
	} {
		top := t.TempDir()
		dir := filepath.Join(top, "node")
		if err := lay(dir); err != nil {
			t.Fatal(err)
		}
		before := standing(t, top)
		a, err := New(Options{Dir: dir, Node: "n1", PlanWith: func(context.Context, engine.PlanRequest) (engine.PlanReply, error) {
			return engine.PlanReply{}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Plan(t.Context(), engine.PlanRequest{}); err != nil {
			t.Errorf("%s: plan: %v", name, err)
		}
		for _, of := range []string{"", run} {
			if _, err := a.State(t.Context(), of); err != nil {
				t.Errorf("%s: state of %q: %v", name, of, err)
			}
		}
		if diff := cmp.Diff(before, standing(t, top)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// standing is what stands below a directory, with the times of what changes there.
func standing(t *testing.T, top string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := e.Info()
		if err == nil {
			all[path] = i.Mode().String() + i.ModTime().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestNoOpenRunIsForgotten: a run that was given back once, and taken up again a month later, keeps its records; so does the
// one whose lock it took.
func TestNoOpenRunIsForgotten(t *testing.T) {
	a := newAgent(t)
	lock := func(r engine.LockRecord, over string) {
		if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: r, TakeOver: over, Plan: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	room := func(run string) attemptDir {
		return a.store.attempt(engine.TaskRef{Run: run, Task: "s/x@n1", Attempt: 1})
	}
	age := func(run string) {
		old := time.Now().Add(-2 * keepReceipts)
		if err := errors.Join(room(run).make(), os.Chtimes(a.store.closing(run).path, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: run, Epoch: 1, Closed: engine.ClosedNotBegun}); err != nil {
		t.Fatal(err)
	}
	age(run)
	lock(engine.LockRecord{Run: run, Epoch: 2}, "")
	lock(engine.LockRecord{Run: undo, Epoch: 3}, run)
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: undo, Epoch: 3, Closed: engine.ClosedNotBegun}); err != nil {
		t.Fatal(err)
	}
	age(undo)
	lock(engine.LockRecord{Run: undo, Epoch: 4}, run)
	lock(engine.LockRecord{Run: undo, Epoch: 5}, "")
	const third = "20261124T000000Z-yy"
	if err := a.Unlock(t.Context(), engine.UnlockRequest{Run: undo, Epoch: 5, Closed: "abandoned"}); err != nil {
		t.Fatal(err)
	}
	age(undo)
	lock(engine.LockRecord{Run: third, Epoch: 6}, undo) // its undo, when nobody holds the node
	for _, run := range []string{run, undo} {
		if _, err := os.Stat(room(run).dir); err != nil {
			t.Errorf("%s: %v", run, err)
		}
	}
}

// TestWhatCannotBeForgottenRefusesNoRun: old records that the system does not let go.
func TestWhatCannotBeForgottenRefusesNoRun(t *testing.T) {
	a := newAgent(t)
	programs := a.store.programs().dir
	if err := os.MkdirAll(filepath.Dir(programs), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(programs, nil, 0o600); err != nil { // no directory, so it cannot be listed
		t.Fatal(err)
	}
	if a.store.prune(time.Now()) == nil {
		t.Fatal("what is in the way is not told of")
	}
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Epoch: 2}}); err != nil {
		t.Error(err)
	}
}
