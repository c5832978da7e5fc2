package main

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// lateBook is over its deadline behind its first step.
const lateBook = `runbook: try
title: Takes its time.
deadline: 1s
stages:
  - stage: s
    on: all
    steps:
      - {id: first, run: {argv: [sleep, "1.2"], redo: idempotent}}
      - {id: second, run: ["true"]}
`

// TestADeadlineIsTold: at the end of the run and in its status; nobody interrupted it.
func TestADeadlineIsTold(t *testing.T) {
	d := newDesk(t)
	d.write("try.yaml", lateBook, 0o644)
	said := d.tidemark(exitPartly, "run", d.path("try.yaml"), "--yes")
	wants(t, said, "try on hill: failed after ", ", its deadline of 1s is over\n", "next: "+d.command("resume "))
	wants(t, d.tidemark(0, "status"), "its deadline of 1s is over: nothing new started behind it; a resume begins it anew", "1 waiting, 1 done")
	d.tidemark(0, "resume", "--yes")
}

// TestAFailedCommandCannotBeCorrectedByResume: the plan is kept, so another one needs another run, and that is said.
func TestAFailedCommandCannotBeCorrectedByResume(t *testing.T) {
	d := newDesk(t)
	d.book(`id: always, run: {argv: ["false"], redo: idempotent}`)
	said := d.tidemark(exitFailed, "run", d.path("try.yaml"), "--yes")
	other := "with another command, runbook or site it is a new run, and this one ends first: " + d.command("abandon ")
	wants(t, said, "then correct the cause\n", other)
	wants(t, d.tidemark(0, "status"), other)
	d.book(`id: always, run: {argv: ["true"], redo: idempotent}`)
	wants(t, d.tidemark(exitFailed, "resume", "--yes"), "the run keeps to its plan, and the new text needs a new run\n")
	_, rest, _ := strings.Cut(said, d.command("abandon "))
	wants(t, d.tidemark(0, "abandon", strings.Fields(rest)[0], "--yes"), "abandoned")
	d.tidemark(0, "run", d.path("try.yaml"), "--yes")
}

// TestACancelIsNoted: where no process drives the run nobody else would know that it was.
func TestACancelIsNoted(t *testing.T) {
	const task = "first/work@one"
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen, engine.Event{Type: engine.EventBegin, Task: task, Node: "one", Kind: "list-backups", Attempt: 2})
	h.obeys = map[string]engine.Cancelled{task: {Told: true}}
	h.wants(h.do("cancel"), 0, "cancelled "+task, "next: "+h.command("resume "+openRun)+", or: "+h.command("abandon "+openRun))
	h.wants(h.do("logs"), 0, "cancelled "+task)
	rec, err := journal.Read(journal.Dir(h.state, openRun))
	if err != nil {
		t.Fatal(err)
	}
	s := engine.Fold(rec.Events)
	if !s.Tasks[task].Cancelled {
		t.Errorf("%+v", s.Tasks[task])
	}
	if err := noteCancelled(journal.Dir(h.state, openRun), s, []string{"first/other@one"}); err != nil {
		t.Fatal(err)
	}
	h.do("logs")
	h.lacks("first/other")
}
