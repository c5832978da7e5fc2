package main

import (
	"strings"
	"testing"

	"tidemark/engine"
)

// did is a task of a killed run that was done and left a fact.
func did(task, node, kind, key, value string) engine.Event {
	return engine.Event{
		Type: engine.EventEnd, Task: "first/" + task + "@" + node, Node: node, Kind: kind, Attempt: 1, Outcome: engine.Done,
		Will: []engine.Fact{{Key: key, Value: value}},
	}
}

// TestWaysOutOfAHeldNode: the refusal names first what is right; where the run has Cassandra down, abandon is the last
// resort, and what it leaves is said beside it.
func TestWaysOutOfAHeldNode(t *testing.T) {
	stopped, exchanged := did("stop", "two", "monit", "cassandra.running", "false"), did("restore", "one", "restore-keyspace", "restored.homer", "b")
	for name, c := range map[string]struct {
		did  []engine.Event
		next []string // in this order
	}{
		"nothing was stopped": {nil, []string{"resume " + openRun + ", or: ", "abandon " + openRun + "\n"}},
		"a stop": {[]engine.Event{stopped}, []string{
			"resume " + openRun + "; only where that cannot be done: ", "abandon " + openRun + ", which leaves Cassandra down on two, to be started by hand\n",
		}},
		"a restore": {[]engine.Event{stopped, exchanged}, []string{
			"resume " + openRun + "; or take it back: ", "run undo-restore-vellum --input run=" + openRun + "; only where that cannot be done: ",
			"abandon " + openRun + ", which leaves the data as the exchange left it on one and Cassandra down on two, to be started by hand\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.killed(openRun, engine.HoldOpen, c.did...)
			h.wants(h.run(), exitLocked)
			h.inOrder(c.next)
			h.wants(h.do("cancel", openRun), 0)
			h.inOrder(c.next)
		})
	}
}

// A plan that fails on a held node says why, too: that may be the doing of the run that holds it, and may not.
func TestAPlanThatFailsOnAHeldNode(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	h.write("deep.yaml", "runbook: deep\ntitle: Makes a directory\nstages:\n  - stage: s\n    on: vellum\n    steps:\n      - {id: a, mkdir: {path: /no/such/dir}}\n")
	h.wants(h.do("plan", h.dir+"/deep.yaml"), exitLocked, "locked by run "+openRun, "  @one, two\n",
		"the plan failed, which may be the doing of the run that holds the node: s/a: ", "no such file or directory  @one, two\n")
}

func (h *house) inOrder(texts []string) {
	h.t.Helper()
	said := h.err.String()
	for _, text := range texts {
		_, after, ok := strings.Cut(said, text)
		if !ok {
			h.t.Errorf("%q is not said, or not behind the others", text)
		}
		said = after
	}
}

// TestAbandonSaysWhatIsDown: and where tables are half exchanged it does not say to start anything.
func TestAbandonSaysWhatIsDown(t *testing.T) {
	restore := []engine.Event{
		did("stop", "one", "monit", "cassandra.running", "false"), did("stop", "two", "monit", "cassandra.running", "false"),
		did("restore", "one", "restore-keyspace", "restored.homer", "b"),
	}
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen, restore...)
	h.swaps["two"] = []string{openRun}
	h.wants(h.do("abandon", openRun, "--yes"), 0, "WARNING: tables are half exchanged on two. Do not start Cassandra there",
		"WARNING: Cassandra is stopped or drained on one, and abandon does not start it", "monit start cassandra_process",
		"Better, instead of abandoning it", h.command("resume "+openRun), h.command("run undo-restore-vellum --input run="+openRun))
	h.wants(h.do("status", openRun), 0, "\n        "+h.command("nodes")+"\n", "\n        "+h.command("run undo-restore-vellum --input run="+openRun)+"\n")
}
