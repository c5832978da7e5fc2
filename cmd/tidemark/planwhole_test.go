package main

import (
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine/journal"
)

const holedBook = `runbook: holed
title: Makes and moves
stages:
  - stage: work
    on: vellum
    steps:
      - {id: before, mkdir: /before}
      - {id: away, move: {from: /gone, to: /there}}
      - {id: behind, mkdir: /behind}
      - {id: too, move: {from: /nor/this, to: /elsewhere}}
`

// TestPlanWithAFailureShowsTheRest: what could not be looked at is marked, with its reason and cure, everything else is shown; and
// nothing runs by it.
func TestPlanWithAFailureShowsTheRest(t *testing.T) {
	h := newHouse(t)
	h.write("holed.yaml", holedBook)
	h.mustHave("one", "gone")
	h.mustHave("two", "")
	book, first := h.dir+"/holed.yaml", "tidemark: work/away: /gone does not exist, nor does /there  @two\n  next: correct from\n"
	h.wants(h.do("plan", book), exitRefused, "  + before  mkdir: make /before, mode 0700  @one, two\n",
		"  ~ away  move: move /gone to /there  @one\n", "  ! away  move: cannot be planned: /gone does not exist, nor does /there  @two\n      next: correct from\n",
		"  + behind  mkdir: make /behind, mode 0700  @one, two\n", "  ! too  move: cannot be planned: /nor/this does not exist, nor does /elsewhere  @one, two\n",
		"! cannot be planned; what", "8 tasks, 4 create, 1 change, 3 cannot be planned\nno digest: ", first)
	h.lacks("To run exactly this")
	h.wants(h.do("plan", book, "-o", "json"), exitRefused, `"sign": "!"`, `"digest": ""`, `"make /behind, mode 0700"`, first)
	h.wants(h.do("run", book, "--yes"), exitRefused, first)
	h.lacks("behind", "locked")
	if runs, err := journal.List(h.state); len(runs) > 0 || err != nil {
		t.Errorf("a run began: %v %v", runs, err)
	}
}

// mustHave makes an empty directory in a node's root.
func (h *house) mustHave(node, dir string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Join(h.dir, "root", node, dir), 0o700); err != nil {
		h.t.Fatal(err)
	}
}
