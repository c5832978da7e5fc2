package main

import (
	"testing"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
)

// The table of nodes says what is wrong in words, not by the class of the error.
func TestNodesInWords(t *testing.T) {
	for class, want := range map[engine.Class]string{
		engine.ClassConnect: "not reached", engine.ClassPrecondition: "no usable agent", engine.ClassAuth: "login refused",
		engine.ClassHostKey: "host key refused", engine.ClassIO: "no answer",
	} {
		h := newHouse(t)
		h.refused["two"] = engine.Failf(class, "two: it does not")
		code := h.do("nodes")
		h.wants(code, code, "it does not  @two", "  "+want+"\n")
	}
}

// A node is unlocked, or free: only a restore is released.
func TestAnUnlockedNodeIsFree(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	h.wants(h.do("unlock", "one", "--yes"), 0, "one is free")
	h.wants(h.do("abandon", openRun, "--yes"), 0, "closed: abandoned; unlocked: one, two")
	words := view.Standing(&engine.Plan{}, &engine.State{Closed: "done"}, false)
	if len(words) == 0 || words[0] != "the run is closed (done); its nodes are free" {
		t.Error(words)
	}
}
