package main

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/journal"
)

const openRun = "20261122T010203Z-k7"

const undoBook = `runbook: undo-story
title: Takes a story back
inputs:
  run: {type: string, required: true}
stages:
  - stage: back
    on: vellum
    steps:
      - {id: list, list-backups: {dir: /none}}
`

func (h *house) undo(args ...string) int {
	h.t.Helper()
	h.write("undo.yaml", undoBook)
	return h.do(append([]string{"run", filepath.Join(h.dir, "undo.yaml"), "--input", "run=" + openRun}, args...)...)
}

// drives makes this process the driver of a run, until the returned function is called.
func (h *house) drives(run string) func() {
	h.t.Helper()
	j, _, err := journal.Open(journal.Dir(h.state, run))
	if err != nil {
		h.t.Fatal(err)
	}
	return func() { _ = j.Close() }
}

// lives makes a node believe that a task of the run lives there, until the returned function is called.
func (h *house) lives(node, run string) func() {
	h.t.Helper()
	return h.held(filepath.Join(h.dir, "node", node, "runs", run, "tasks", "first%2Fwork@"+node, "1"))
}

// held makes the room of an attempt and holds its lock, until the returned function is called.
func (h *house) held(dir string) func() {
	h.t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		h.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "lock"))
	if err == nil {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return func() { _ = f.Close() }
}

func (h *house) closedAs(run string) string {
	h.t.Helper()
	rec, err := journal.Read(journal.Dir(h.state, run))
	if err != nil {
		h.t.Fatal(err)
	}
	return engine.Fold(rec.Events).Closed
}

// TestUndoOfAnOpenRun: refused while a process drives the run or a task of it lives, and on a part of its nodes; then the
// undo takes its locks and closes it.
func TestUndoOfAnOpenRun(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	stop := h.drives(openRun)
	h.wants(h.undo(), exitLocked, "run "+openRun+" (story) is open and holds one, two; process ", "on this machine drives it", "attach "+openRun, "cancel "+openRun)
	stop()
	end := h.lives("two", openRun)
	h.wants(h.undo(), exitRefused, "task first/work@two of run "+openRun+" still lives  @two\n", h.command("cancel "+openRun))
	h.wants(h.do("nodes"), 0, "locked by "+openRun)
	end()
	h.wants(h.undo("--limit", "one"), exitLocked, "replaced as a whole or not at all: take two in")
	if closed := h.closedAs(openRun); closed != "" {
		t.Fatalf("a refused undo closed the run: %s", closed)
	}
	h.wants(h.undo(), 0, "closed: done")
	if closed := h.closedAs(openRun); closed != "undone" {
		t.Errorf("the run that was undone is closed as %q", closed)
	}
	h.wants(h.do("nodes"), 0, "free")
}

// TestADrivenRunIsNotSuperseded: the next start of a runbook closes a killed run of it, never one that goes on.
func TestADrivenRunIsNotSuperseded(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.CloseFailed)
	defer h.drives(openRun)()
	h.wants(h.run(), exitLocked, "on this machine drives it")
	if closed := h.closedAs(openRun); closed != "" {
		t.Errorf("the driven run is closed as %q", closed)
	}
}

// TestALivingTaskIsNotSuperseded: the controller of a backup was killed, a task of it goes on.
func TestALivingTaskIsNotSuperseded(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.CloseFailed)
	defer h.lives("one", openRun)()
	h.wants(h.run(), exitRefused, "task first/work@one of run "+openRun+" still lives")
}

// TestAClosedRunIsNotAdopted: its plan and receipts lie on the nodes for weeks.
func TestAClosedRunIsNotAdopted(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	run := h.onlyRun()
	h.wants(h.do("abandon", run, "--yes"), 0)
	h.state = filepath.Join(h.dir, "other")
	h.wants(h.do("resume", "--adopt", "one", run), exitUsage, "run "+run+" is closed: abandoned")
}
