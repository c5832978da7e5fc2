package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

// A task of another user runs a copy of the program that this user can read and not change, and that goes with it.
func TestProgramRunsAsUser(t *testing.T) {
	needed.Root(t, "giving up rights")
	tmp := t.TempDir()
	if err := os.Chmod(tmp, 0o711); err != nil {
		t.Fatal(err)
	}
	open(t, tmp)
	t.Setenv("TMPDIR", tmp)
	long := time.Now().Add(-sparedFor - time.Hour)
	stale := filepath.Join(tmp, lentName+"of-a-killed-task")
	if err := errors.Join(os.Mkdir(stale, 0o750), os.Chtimes(stale, long, long)); err != nil {
		t.Fatal(err)
	}
	a, p := newAgent(t), prog("checked", `[ "$1" = plan ] && { echo '{"sign":"~","summary":"do it"}'; exit 0; }
d=$(dirname "$0"); { echo x >> "$0"; } 2>/dev/null && exit 5; { echo x > "$d/new"; } 2>/dev/null && exit 6
echo "{\"note\":\"$(id -un) $(cat "$d/lib/part")\"}"`)
	keep(t, a, p)
	spec := specOf(p, `{}`, engine.Changes)
	spec.User = "nobody"
	if r := runProgram(t, a, spec); r.Outcome != engine.Done || r.Note != "nobody part" {
		t.Errorf("%+v", r)
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "tidemark-kind-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// open lets others pass through the directories above.
func open(t *testing.T, dir string) {
	t.Helper()
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o001 == 0 {
			if err := os.Chmod(dir, info.Mode().Perm()|0o011); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Programs that nobody used go; a great many go earlier, but none of the last days.
func TestProgramsArePruned(t *testing.T) {
	a := newAgent(t)
	ps := a.store.programs()
	now := time.Now()
	age := func(name string, days int) {
		dir := filepath.Join(ps.dir, name)
		at := now.Add(-time.Duration(days) * 24 * time.Hour)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
	}
	age("old", 31)
	age("used", 29)
	for i := range keptPrograms {
		age("fresh"+strconv.Itoa(i), 1)
	}
	if err := ps.prune(now); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(ps.dir)
	if len(left) != keptPrograms {
		t.Errorf("%d left, want the %d fresh ones", len(left), keptPrograms)
	}
	age("one more", 1)
	if err := ps.prune(now); err != nil {
		t.Fatal(err)
	}
	if left, _ = os.ReadDir(ps.dir); len(left) != keptPrograms+1 {
		t.Errorf("%d left: a task may still run one", len(left))
	}
}
