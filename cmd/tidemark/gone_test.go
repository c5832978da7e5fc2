package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

const (
	undoGone    = "runbook: undo-story\ntitle: Takes a story back\ninputs:\n  run: {type: string, required: true}\n  gone: {type: list, default: []}\nstages:\n  - {stage: back, on: vellum, steps: [{id: list, list-backups: {dir: /none}}]}\n"
	siteWithout = "site: lab\nnodes:\n  one: {connection: local, groups: [vellum]}\n"
)

// struck is an open run of which the machine two burnt down. The undo of it is a file of the house.
func struck(t *testing.T) (h *house, run string, undo func(gone ...string) int) {
	h = newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	h.refused["two"] = engine.Failf(engine.ClassConnect, "two: ssh: no route to host")
	h.write("undo.yaml", undoGone)
	run = h.onlyRun()
	return h, run, func(gone ...string) int {
		args := []string{"run", filepath.Join(h.dir, "undo.yaml"), "--input", "run=" + run}
		for _, n := range gone {
			args = append(args, "--input", "gone="+n)
		}
		return h.do(args...)
	}
}

// TestTheWayWithoutAGoneNode: what is refused because of it names the one way, and each refusal on that way the next step.
func TestTheWayWithoutAGoneNode(t *testing.T) {
	h, run, undo := struck(t)
	way := "if two is gone for good, take it out of the site file, then: " + h.command("abandon --gone two "+run)
	h.wants(h.do("resume", run), exitRefused, "no route to host", way)
	h.wants(h.do("abandon", run, "--yes"), exitRefused, "no route to host", way)
	h.wants(undo(), exitRefused, "no route to host", way)
	h.wants(h.do("abandon", run, "--gone", "two", "--yes"), exitRefused, "two is named as gone, and site lab still has it")
	h.write("site.yaml", siteWithout)
	h.wants(undo(), exitLocked, "replaced as a whole or not at all", way)
}

// TestAGoneNodeIsLeftOut: by an undo, which closes the run, and by abandon; by neither while anything answers in its place.
func TestAGoneNodeIsLeftOut(t *testing.T) {
	for verb, closed := range map[string]string{"undo": "undone", "abandon": "abandoned"} {
		t.Run(verb, func(t *testing.T) {
			h, run, undo := struck(t)
			leave := func(name string) int { return h.do("abandon", run, "--gone", name, "--yes") }
			if verb == "undo" {
				leave = func(name string) int { return undo(name) }
			}
			h.write("site.yaml", siteWithout)
			dead := h.refused["two"]
			h.wants(leave("tow"), exitUsage, `has no node "tow"; did you mean two?`)
			delete(h.refused, "two")
			h.wants(leave("two"), exitRefused, "it is named as gone, and answers", "put it back into the site file")
			h.refused["two"] = engine.Fail(engine.ClassHostKey, errors.New("its host key is another one"))
			h.wants(leave("two"), exitRefused, "something is in its place: its host key is another one")
			if got := h.closedAs(run); got != "" {
				t.Fatalf("a refused %s closed the run: %s", verb, got)
			}
			h.refused["two"] = dead
			h.wants(leave("two"), 0, "WARNING: two does not answer and is left out as gone for good", "wipe its disks")
			h.lacks("old rows with restored ones")
			if got := h.closedAs(run); got != closed {
				t.Errorf("closed as %q", got)
			}
			h.wants(h.do("nodes"), 0, "free")
			delete(h.refused, "two")
			if l := h.lockedBy("two"); l == nil || l.Run != run {
				t.Errorf("two, which nobody asked, is locked by %+v", l)
			}
		})
	}
}

// TestTheDryRunOfAnUndoWithoutANode looks at it, too, with the plan that the nodes keep where there is no record here.
func TestTheDryRunOfAnUndoWithoutANode(t *testing.T) {
	h, run, _ := struck(t)
	h.write("site.yaml", siteWithout)
	plan := []string{"plan", filepath.Join(h.dir, "undo.yaml"), "--input", "run=" + run, "--input", "gone=two"}
	h.state = filepath.Join(h.dir, "other")
	h.wants(h.do(plan...), 0, "WARNING: two does not answer")
	delete(h.refused, "two")
	h.wants(h.do(plan...), exitRefused, "it is named as gone, and answers")
}

// TestARestoreWithoutAGoneNode is taken back where Cassandra is down; abandon comes behind that.
func TestARestoreWithoutAGoneNode(t *testing.T) {
	abandon := "tidemark abandon --gone two " + openRun
	undo := "tidemark run undo-restore-vellum --input run=" + openRun + " --input gone=two (only where that cannot be done: " + abandon + ")"
	restore := engine.Event{Type: engine.EventBegin, Task: "first/restore@one", Node: "one", Kind: "restore-keyspace", Attempt: 1}
	for _, c := range []struct {
		did  []engine.Event
		want string
	}{
		{[]engine.Event{restore}, abandon},
		{[]engine.Event{restore, did("stop", "one", "monit", "cassandra.running", "false")}, undo},
	} {
		h := newHouse(t)
		h.killed(openRun, engine.HoldOpen, c.did...)
		rec, err := journal.Read(journal.Dir(h.state, openRun))
		if err != nil {
			t.Fatal(err)
		}
		got := new(app).without(rec.Plan, engine.Fold(rec.Events), []string{"two"})
		if !strings.HasSuffix(got, "then: "+c.want) {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestANodeGoesInTheMiddleOfAnUndo: what is half exchanged then is the restore's. The undo is abandoned, with that warning,
// and begun again without the node.
func TestANodeGoesInTheMiddleOfAnUndo(t *testing.T) {
	h, run, undo := struck(t)
	dead := h.refused["two"]
	delete(h.refused, "two")
	h.write("undo.yaml", strings.Replace(undoGone, "}]}", "}, {id: all, assert: {that: len(steps.list.out.backups) > 0, message: broken off}}]}", 1))
	h.wants(undo(), exitFailed, "broken off")
	all, err := journal.ListOpen(h.state)
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %d runs are open", err, len(all))
	}
	first := all[0].Run
	if first == run {
		first = all[1].Run
	}
	h.refused["two"], h.swaps["one"] = dead, []string{run}
	h.write("site.yaml", siteWithout)
	h.write("undo.yaml", undoGone)
	h.wants(undo("two"), exitLocked, "run "+first+" (undo-story) is open", h.command("resume "+first))
	h.wants(h.do("resume", first), exitRefused, "no route to host", h.command("abandon --gone two "+first))
	h.wants(h.do("abandon", first, "--gone", "two", "--yes"), 0, "half exchanged on one. Do not start Cassandra", "undo-restore-vellum --input run="+run)
	h.wants(undo("two"), 0)
	if got := h.closedAs(run); got != "undone" {
		t.Errorf("the restore is closed as %q", got)
	}
}
