package main

import (
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/engine/link"
)

// TestTheRunsRoomOnTheController: cancel, abandon and logs look at the tasks of the controller where the run keeps them, and
// leave nothing elsewhere.
func TestTheRunsRoomOnTheController(t *testing.T) {
	const task = "first/save@controller"
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen, engine.Event{Type: engine.EventBegin, Task: task, Node: engine.ControllerNode, Kind: "scp", Attempt: 1})
	rooms := filepath.Join(h.state, "controller")
	lock := engine.LockRequest{LockRecord: engine.LockRecord{Run: openRun, Epoch: 1}, Plan: []byte("{}")}
	if err := h.dial(link.Target{Name: engine.ControllerNode, StateDir: filepath.Join(rooms, openRun)}, link.Options{}).Lock(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	room := filepath.Join(rooms, openRun, "runs", openRun, "tasks", "first%2Fsave@controller", "1")
	end := h.held(room)
	h.wants(h.do("abandon", openRun, "--yes"), exitRefused, task+" still runs", h.command("cancel "+openRun))
	if err := os.WriteFile(filepath.Join(room, "log"), []byte("3 of 9 files\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.wants(h.do("logs", openRun, task), 0, "3 of 9 files\n")
	end()
	h.wants(h.do("cancel", openRun), 0, task+" was not running any more")
	h.wants(h.do("abandon", openRun, "--yes"), 0, "abandoned")
	left, err := os.ReadDir(rooms)
	if err != nil || len(left) != 1 || left[0].Name() != openRun {
		t.Errorf("%v in %s, %v", left, rooms, err)
	}
}
