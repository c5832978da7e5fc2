package main

import (
	"os"
	"strings"
	"testing"
)

const tidyDir = `kind: tidy-dir
doc: Makes a directory and puts a note and a greeting into it. The note says why.
inputs:
  path: {type: string, required: true, help: absolute path}
  why:  {type: string, default: "for ${{ site.name }}", help: what the note says}
outputs:
  size: "${{ int(trim(steps.size.out.stdout)) }}"
steps:
  - {id: dir, mkdir: {path: "${{ inputs.path }}", mode: "0750"}}
  - id: note
    run: {argv: [tee, "${{ inputs.path }}/NOTE"], stdin: "${{ inputs.why }}\n", creates: "${{ inputs.path }}/NOTE"}
  - {id: hello, greeting: {path: "${{ inputs.path }}/hello"}}
  - {id: size, run: {argv: [stat, -c, "%s", "${{ inputs.path }}/NOTE"], redo: pure}}
`

// A kind made of steps, one of them a program's: validated, planned, run on a real agent, run again.
func TestComposite(t *testing.T) {
	d := newDesk(t, "greeting")
	d.write("kinds/tidy-dir.yaml", tidyDir, 0o644)
	d.book(`id: room, for-each: [kitchen, cellar], tidy-dir: {path: "DIR/${{ item }}"}`,
		`id: said, run: [tee, "DIR/said-${{ steps.room.out['cellar'].size }}"]`,
		`id: never, when: 'site.name == "there"', tidy-dir: {path: "${{ steps.said.out.stdout }}"}`)
	d.tidemark(0, "validate", d.path("kinds"), d.path("try.yaml"))
	wants(t, d.tidemark(0, "steps", "tidy-dir"), "the node is looked at: done, or not done and begun anew") // creates and pure, as they are written
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")),
		"~ room[kitchen]  tidy-dir: 4 tasks, 2 create, 1 change, 1 wait or ask  @here",
		"    + room[kitchen].dir  mkdir: make "+d.path("kitchen")+", mode 0750",
		"    + room[cellar].hello  greeting: greet in "+d.path("cellar/hello"),
		"? said  run: known after step room", "never.size  run: skipped, when: site.name == \"there\" = false")
	wants(t, d.tidemark(0, "run", d.path("try.yaml"), "--yes=hill"), "try on hill: done")
	if d.read("cellar/NOTE") != "for hill\n" || d.read("kitchen/hello") != "hello\n" {
		t.Errorf("note %q, greeting %q", d.read("cellar/NOTE"), d.read("kitchen/hello"))
	}
	d.read("said-9")
	if plan := d.tidemark(0, "plan", d.path("try.yaml")); strings.Contains(plan, " + ") {
		t.Errorf("a second plan creates something:\n%s", plan)
	}
}

// What a kind puts out and cannot be had is told where it stands, by the step that needs it.
func TestCompositeOutputFails(t *testing.T) {
	d := newDesk(t, "greeting")
	d.write("kinds/tidy-dir.yaml", strings.Replace(tidyDir, "trim(steps.size.out.stdout)", "steps.dir.out.path", 1), 0o644)
	d.book(`id: room, tidy-dir: {path: "DIR/room"}`, `id: said, run: [echo, "${{ string(steps.room.out.size) }}"]`)
	wants(t, d.tidemark(1, "run", d.path("try.yaml"), "--yes=hill"), "failed: said: "+d.path("kinds/tidy-dir.yaml")+":7:14: TM0408")
}

const chooser = `kind: chooser
doc: Does one thing or the other.
inputs:
  what: {type: string, required: true}
steps:
  - {id: does, when: "inputs.what == 'yes'", run: [touch, DIR/yes]}
  - {id: inside, picker: {which: "${{ inputs.what }}"}}
`

const picker = `kind: picker
doc: Does it inside.
inputs:
  which: {type: string, required: true}
steps:
  - {id: deep, when: "inputs.which == 'yes'", run: [touch, DIR/deep]}
`

// A condition inside a kind may look at an argument that comes only from an earlier step: nobody knows it in the plan.
func TestCompositeConditionThatWaits(t *testing.T) {
	d := newDesk(t, "greeting")
	d.write("kinds/chooser.yaml", strings.ReplaceAll(chooser, "DIR", d.path("")), 0o644)
	d.write("kinds/picker.yaml", strings.ReplaceAll(picker, "DIR", d.path("")), 0o644)
	d.book(`id: said, run: {argv: [printf, "yes"], redo: pure}`, `id: choice, chooser: {what: "${{ steps.said.out.stdout }}"}`)
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "? choice.does  run: known after step said", "? choice.inside.deep  run: known after step said")
	wants(t, d.tidemark(0, "run", d.path("try.yaml"), "--yes"), "try on hill: done")
	d.read("yes")
	d.read("deep")
}

const calmKind = `kind: calm
doc: Waits and says so.
steps:
  - {id: wait, pause: 10ms}
  - {id: never, skip: this kind is on trial, run: [touch, DIR/never]}
`

const quietList = `include: quiet
stages:
  - stage: quiet
    on: all
    steps:
      - {id: unarm, skip: monit is off here, run: [touch, DIR/unarm]}
      - {id: inside, calm: {}}
`

// A skip that a kind's own step or a step of a list of stages has stands in the plan, the events with its
// reason, as one of the runbook does; one of a step made of steps counts for all of them.
func TestSkipsInsideKindsAndLists(t *testing.T) {
	d := newDesk(t)
	d.write("kinds/calm.yaml", strings.ReplaceAll(calmKind, "DIR", d.dir), 0o644)
	d.write("include/quiet.yaml", strings.ReplaceAll(quietList, "DIR", d.dir), 0o644)
	d.write("try.yaml", "runbook: try\nstages:\n  - include: quiet\n  - stage: s\n    on: all\n    steps:\n"+
		"      - {id: whole, skip: nobody waits, calm: {}}\n", 0o644)
	skips := map[string]string{
		"unarm": "monit is off here", "inside.never": "this kind is on trial", "whole.wait": "nobody waits", "whole.never": "nobody waits",
	}
	plan, run := d.tidemark(0, "plan", d.path("try.yaml")), d.tidemark(0, "run", d.path("try.yaml"), "--yes")
	for id, why := range skips {
		kind := map[bool]string{true: "pause", false: "run"}[id == "whole.wait"]
		wants(t, plan, id+"  "+kind+": skipped, "+why)
		wants(t, run, id+"@here: "+why)
	}
	for _, name := range []string{"never", "unarm"} {
		if _, err := os.Stat(d.path(name)); err == nil {
			t.Errorf("%s was made", name)
		}
	}
}

// The reason of an overlay's skip stands in the plan and in what the run reports, and the others of its stage are run.
func TestAnOverlaysSkipIsReported(t *testing.T) {
	d := newDesk(t)
	d.write("try.yaml", "runbook: try\nstages:\n  - stage: s\n    on: all\n    steps:\n      - {id: wait, pause: 10ms}\n      - {id: more, pause: 10ms}\n", 0o644)
	d.write("overlays/mine.yaml", "overlay: mine\nof: try\nchanges:\n  - {skip: s/wait, was: pause, because: nobody waits}\n", 0o644)
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "wait  pause: skipped, nobody waits")
	ran := d.tidemark(0, "run", d.path("try.yaml"), "--yes")
	wants(t, ran, "wait@here: nobody waits", "1 skipped")
}
