package main

import (
	"testing"

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
