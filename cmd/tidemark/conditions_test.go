package main

import (
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// What a condition decided shows what it looked at: in the plan, while it runs, at the end, and in the journal.
func TestConditionsShowTheirValues(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", `runbook: story
title: Decides
on-failure: close
inputs: {least: {type: int, default: 3}}
stages:
  - stage: look
    on: vellum
    steps:
      - {id: list, list-backups: {dir: /nowhere/at/all}}
      - {id: known, when: 'inputs.least > 5 and len(stage.nodes) > 1', pause: 1ms}
      - {id: reader, when: 'inputs.least > 5', assert: {that: 'len(steps.list.out.backups) > 0', message: no backup}}
      - {id: later, when: 'len(steps.list.out.backups) >= inputs.least or node.name == "three"', pause: 1ms}
      - {id: enough, assert: {that: 'node.name != "one" or len(steps.list.out.backups) >= inputs.least', message: too few backups}}
`)
	file := filepath.Join(h.dir, "story.yaml")
	h.wants(h.do("plan", file), exitDone,
		"known  pause: skipped, when: inputs.least > 5 and len(stage.nodes) > 1 = false",
		"reader  assert: skipped, when: inputs.least > 5 = false", // though its arguments wait for outputs
		"inputs.least > 5 = false\n", "  inputs.least = 3\n", "len(stage.nodes) > 1 = not evaluated\n")
	h.wants(h.do("run", file, "--yes"), exitPartly,
		"skipped look/known@one: when: inputs.least > 5 and len(stage.nodes) > 1 = false; inputs.least > 5 = false",
		"skipped look/later@two: when: ", "len(steps.list.out.backups) = 0; ", `node.name = "two"`,
		"too few backups (does not hold: ", "      len(steps.list.out.backups) = 0\n", "inputs.least = 3\n")
	rec, err := journal.Read(journal.Dir(h.state, h.onlyRun()))
	if err != nil {
		t.Fatal(err)
	}
	tasks := engine.Fold(rec.Events).Tasks
	const tree = "node.name != \"one\" or len(steps.list.out.backups) >= inputs.least = false\n  node.name != \"one\" = false\n    node.name = \"one\"\n"
	if got := tasks["look/enough@one"].Message; !strings.Contains(got, tree) {
		t.Errorf("the journal says %q", got)
	}
}
