package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	harder = `overlay: harder
of: story
changes:
  - {set: inputs.least.default, to: 1, was: 0, because: we want one}
  - {skip: second/counted, was: assert, because: nobody counts here}
  - insert-after: first
    stages: [{include: calm, with: {wait: 1ms}}]
`
	calm = `include: calm
inputs:
  wait: {type: duration, required: true}
stages:
  - stage: calm
    on: vellum
    steps: [{id: calm, pause: "${{ inputs.wait }}"}]
`
)

// newLayered is a house whose story a site changes by an overlay and a list of stages.
func newLayered(t *testing.T) *house {
	h := newHouse(t)
	h.write("story.yaml", testRunbook+"      - {id: counted, assert: {that: 'steps.list.out.backups == []'}}\n")
	for _, dir := range []string{"overlays", "include"} {
		if err := os.Mkdir(filepath.Join(h.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h.write("overlays/10-harder.yaml", harder)
	h.write("include/calm.yaml", calm)
	return h
}

// The plan says which overlays and lists of stages took part, and why a task is skipped.
func TestPlanShowsLayers(t *testing.T) {
	h := newLayered(t)
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+h.dir+"/none"), 0,
		"overlay harder ("+h.dir+"/overlays/10-harder.yaml): sets inputs.least.default to 1 (we want one); skips second/counted (nobody counts here)",
		"includes the stages of "+h.dir+"/include/calm.yaml", "skipped, nobody counts here", "stage calm on one, two", "least = 1")
}

// A run keeps to the overlays and lists of its plan, whatever becomes of the files; adoption needs none of them.
func TestRunKeepsItsLayers(t *testing.T) {
	h := newLayered(t)
	h.wants(h.run(), exitFailed, "too few backups")
	h.write("overlays/10-harder.yaml", strings.Replace(harder, "to: 1", "to: 0", 1))
	h.write("include/calm.yaml", "include: another")
	h.wants(h.do("resume"), exitFailed, "too few backups",
		"overlays/10-harder.yaml changed since the plan was made; the run keeps to its plan",
		"include/calm.yaml changed since the plan was made; the run keeps to its plan")
	for _, name := range []string{"overlays/10-harder.yaml", "include/calm.yaml", "story.yaml"} {
		if err := os.Remove(filepath.Join(h.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	h.state = filepath.Join(h.dir, "other")
	h.wants(h.do("resume", "--adopt", "one"), exitFailed, "too few backups")
	h.wants(h.do("abandon", h.onlyRun(), "--yes"), 0, "closed: abandoned")
}

// Who takes a gate away is told so in the first lines of the plan.
func TestPlanShowsTheMissingGate(t *testing.T) {
	h := newLayered(t)
	h.write("story.yaml", strings.Replace(testRunbook, "id: list, list-backups", `id: gate, check-restore: {backup: b, keyspaces: [k]}}
      - {id: list, list-backups`, 1))
	h.write("overlays/10-harder.yaml", "overlay: reckless\nof: story\nchanges: [{remove: first/gate, was: check-restore, because: no time}]\n")
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+h.dir+"/none"), 0,
		"NOT PROVED: overlay reckless removes the gate first/gate (check-restore): no time", "TM0706 warning")
}
