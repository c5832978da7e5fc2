package main

import (
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
)

const takesBack = `runbook: undo-story
title: Takes a restore back
inputs:
  run: {type: string, required: true}
stages:
  - stage: stop
    on: vellum
    steps:
      - {id: stop, run: {argv: [touch, /stopped], creates: /stopped}}
  - stage: back
    on: vellum
    steps:
      - {id: back, undo-restore: {run: "${{ inputs.run }}"}}
`

// cassandra gives the nodes a Cassandra whose data lies in /data/data.
func (h *house) cassandra() {
	h.t.Helper()
	for _, node := range []string{"one", "two"} {
		h.onNode(node, "etc/cassandra/cassandra.yaml", "data_file_directories: [/data/data]\n")
	}
}

func (h *house) onNode(node, path, text string) {
	h.t.Helper()
	path = filepath.Join(h.dir, "root", node, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// TestAnUndoOfNothing: a run that was typed wrongly, or restored nothing, is not undone, since that would stop Cassandra for
// nothing. What any node has of it is undone, also once more.
func TestAnUndoOfNothing(t *testing.T) {
	h := newHouse(t)
	h.cassandra()
	h.write("undo.yaml", takesBack)
	plan := func() int { return h.do("plan", filepath.Join(h.dir, "undo.yaml"), "--input", "run="+openRun) }
	refusal := "run " + openRun + " restored nothing on one, two: there is nothing to take back"
	h.wants(plan(), exitRefused, refusal, "look which run restored: "+h.command("runs"))
	h.killed(openRun, engine.HoldOpen)
	h.wants(plan(), exitRefused, refusal, "where it is to end: "+h.command("abandon "+openRun))
	h.onNode("two", "data/tidemark/"+openRun+"/swap.json",
		`{"format": 1, "run": "`+openRun+`", "backup": "20261121T010203Z-aa", "state": "undone", "since": {"undone": "2026-11-22T02:00:00Z"}, "dirs": ["homer/simservs-1"], "data_dirs": ["/data/data"]}`)
	h.wants(plan(), exitDone)
}
