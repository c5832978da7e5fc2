package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
)

// entries are the names below runs/ of the state directory that dir lies in.
func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(filepath.Dir(dir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// TestRebuildKilledAtEveryLine: what a killed one leaves is no run for anybody, and the next one removes it.
func TestRebuildKilledAtEveryLine(t *testing.T) {
	for lines := range len(story()) + 1 {
		state := t.TempDir()
		dir := Dir(state, plan().Run)
		if err := writeAll(dir+besideExt, plan(), story()[:lines], disk{}); err != nil {
			t.Fatal(err)
		}
		if runs, err := List(state); err != nil || len(runs) != 0 {
			t.Errorf("%d lines: listed: %+v, %v", lines, runs, err)
		}
		if _, err := Read(dir); err == nil {
			t.Errorf("%d lines: the run can be read", lines)
		}
		aside, err := Rebuild(dir, plan(), story())
		if err != nil || aside != "" {
			t.Fatalf("%d lines: %q, %v", lines, aside, err)
		}
		if r, err := Read(dir); err != nil || len(r.Events) != len(story())+1 {
			t.Errorf("%d lines: %+v, %v", lines, r, err)
		}
		if left := entries(t, dir); len(left) != 1 {
			t.Errorf("%d lines: left: %q", lines, left)
		}
	}
}

// TestRebuildThatFailsLeavesNothing: neither a part of the new record, nor the old one moved.
func TestRebuildThatFailsLeavesNothing(t *testing.T) {
	dir, events := made(t)
	bad := append(story(), engine.Event{Type: engine.EventEnd, Out: json.RawMessage("{")})
	if _, err := Rebuild(dir, plan(), bad); err == nil {
		t.Fatal("an event that cannot be written was written")
	}
	if r, err := Read(dir); err != nil || len(r.Events) != len(events) || len(entries(t, dir)) != 1 {
		t.Errorf("%+v, %v, %q", r, err, entries(t, dir))
	}
}

// TestRebuildKeepsTheOldRecord: the one that it replaces lies beside, and is no run.
func TestRebuildKeepsTheOldRecord(t *testing.T) {
	dir, events := made(t)
	aside, err := Rebuild(dir, plan(), story()[:1])
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Read(aside); err != nil || len(r.Events) != len(events) {
		t.Errorf("%s: %+v, %v", aside, r, err)
	}
	if runs, err := List(filepath.Dir(filepath.Dir(dir))); err != nil || len(runs) != 1 || len(runs[0].Record.Events) != 2 {
		t.Errorf("%+v, %v", runs, err)
	}
}

// TestRebuildWaitsForNobody: another process that rebuilds the same run is not disturbed.
func TestRebuildWaitsForNobody(t *testing.T) {
	dir := Dir(t.TempDir(), plan().Run)
	j, err := Create(dir+besideExt, plan())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var busy *Busy
	if _, err := Rebuild(dir, plan(), story()); !errors.As(err, &busy) {
		t.Errorf("beside another one: %v", err)
	}
	if _, err := Read(dir + besideExt); err != nil {
		t.Errorf("what the other one writes is gone: %v", err)
	}
}
