package main

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

const pickBook = `runbook: picky
title: Fails on one node
stages:
  - stage: work
    on: {group: vellum, pick: one}
    steps:
      - {id: fails, run: {argv: ["false"], redo: idempotent}}
`

// A stage that picks one node of a group keeps to it: after the site lists the group in another order, a new plan picks
// the other node, and the open run is resumed, and adopted, on the one it had.
func TestThePickedNodeIsKept(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", pickBook)
	book := filepath.Join(h.dir, "story.yaml")
	h.wants(h.do("run", book, "--yes"), exitFailed, "work/fails@one")
	lines := strings.SplitAfter(testSite, "\n")
	lines[2], lines[3] = lines[3], lines[2]
	h.write("site.yaml", strings.Join(lines, ""))
	h.wants(h.do("plan", book), 0, "stage work on two")
	h.wants(h.do("resume", "--yes"), exitFailed, "work/fails@one")
	onlyOn(t, h, "one", 2)
	h.state = filepath.Join(h.dir, "other")
	h.wants(h.do("resume", "--adopt", "one", "--yes"), exitFailed, "work/fails@one")
	onlyOn(t, h, "one", 3)
}

// onlyOn looks that the tasks of the house's run began on this node alone, the last one of them this often.
func onlyOn(t *testing.T, h *house, node string, times int) {
	t.Helper()
	want := map[string]int{"work/fails@" + node: times}
	if got := beginnings(t, h); !maps.Equal(got, want) {
		t.Errorf("begun were %v, want %v", got, want)
	}
}

const narrowBook = `runbook: narrow
title: One step is for one of the nodes
stages:
  - stage: work
    on: vellum
    steps:
      - {id: both, run: {argv: [echo, both], redo: idempotent}}
      - {id: alone, on: two, run: {argv: [echo, alone], redo: idempotent}}
      - {id: fails, run: {argv: ["false"], redo: idempotent}}
`

// A step that narrows its stage is planned, run and resumed on the nodes that it names and no other.
func TestANarrowedStepRunsWhereItSays(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", narrowBook)
	book := filepath.Join(h.dir, "story.yaml")
	h.wants(h.do("plan", book), 0, "5 tasks")
	h.wants(h.do("run", book, "--yes"), exitFailed, "work/fails@one", "work/fails@two")
	h.wants(h.do("resume", "--yes"), exitFailed, "work/fails@one", "work/fails@two")
	want := map[string]int{"work/both@one": 1, "work/both@two": 1, "work/alone@two": 1, "work/fails@one": 2, "work/fails@two": 2}
	if got := beginnings(t, h); !maps.Equal(got, want) {
		t.Errorf("begun were %v, want %v", got, want)
	}
}

// beginnings are how often each task of the house's run began.
func beginnings(t *testing.T, h *house) map[string]int {
	t.Helper()
	rec, err := journal.Read(journal.Dir(h.state, h.onlyRun()))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, e := range rec.Events {
		if e.Type == engine.EventBegin {
			out[e.Task]++
		}
	}
	return out
}
