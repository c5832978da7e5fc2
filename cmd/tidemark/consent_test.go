package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/steps"
)

// Consent grows with what may be lost; without a terminal nobody is asked.
func TestConsent(t *testing.T) {
	kinds, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	reads := engine.Change{Sign: engine.NotKnown}
	changes := engine.Change{Sign: engine.Changes}
	overwrites := engine.Change{Sign: engine.Destroys, Risk: engine.Overwrites}
	for name, c := range map[string]struct {
		kind   string
		change engine.Change
		yes    consent
		want   string // part of the refusal, "" is consent
	}{
		"nothing to do":                  {"prune-backups", engine.Change{Sign: engine.Same}, "", ""},
		"a pure kind":                    {"assert", reads, "", ""},
		"a change":                       {"prune-backups", changes, "", "say --yes"},
		"not knowable":                   {"prune-backups", reads, "", "say --yes"},
		"a change with --yes":            {"prune-backups", changes, plainYes, ""},
		"a change with --yes=SITE":       {"prune-backups", changes, "lab", ""},
		"another site":                   {"prune-backups", changes, "field", "this is site lab"},
		"overwriting":                    {"prune-backups", overwrites, "", "say --yes=lab"},
		"overwriting with a plain --yes": {"prune-backups", overwrites, plainYes, "say --yes=lab"},
		"overwriting with --yes=SITE":    {"prune-backups", overwrites, "lab", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &app{stdin: &bytes.Buffer{}, stdout: t.Output(), stderr: t.Output(), yes: c.yes}
			p := &engine.Plan{Site: "lab", Runbook: "x", Stages: []*engine.PlannedStage{{Tasks: []*engine.Task{{Kind: c.kind, Node: "n", Change: c.change}}}}}
			err := a.confirm(p, kinds, "")
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error()+engine.NextOf(err), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestOnlyOverwrittenNodesAreNamed: who is asked whether data may be lost reads where.
func TestOnlyOverwrittenNodesAreNamed(t *testing.T) {
	a := &app{stdin: &bytes.Buffer{}, stdout: t.Output(), stderr: t.Output()}
	p := &engine.Plan{Site: "lab", Runbook: "x", Stages: []*engine.PlannedStage{{Tasks: []*engine.Task{
		{Kind: "move", Node: "one", Change: engine.Change{Sign: engine.Changes, Risk: engine.Interrupts}},
		{Kind: "move", Node: "two", Change: engine.Change{Sign: engine.Destroys, Risk: engine.Overwrites}},
	}}}}
	kinds, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.confirm(p, kinds, ""); err == nil || !strings.Contains(err.Error(), "x overwrites data on two and there") {
		t.Error(err)
	}
}

const askHere = "TIDEMARK_TEST_ASK"

// TestConsentChild is the controller on the terminal of TestConsentAtATerminal; elsewhere it is nothing.
func TestConsentChild(t *testing.T) {
	if os.Getenv(askHere) == "" {
		return
	}
	kinds, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	overwrites := engine.Change{Sign: engine.Destroys, Risk: engine.Overwrites}
	p := &engine.Plan{Site: "lab", Runbook: "x", Title: "Overwrites all", Stages: []*engine.PlannedStage{{Tasks: []*engine.Task{{Kind: "prune-backups", Node: "n", Change: overwrites}}}}}
	err = a.confirm(p, kinds, "")
	fmt.Printf("<%v> exit %d.\n", err, exitCode(err))
}

// At a terminal the site's name is asked for where data is overwritten: it alone is consent, and Ctrl-C ends the question.
func TestConsentAtATerminal(t *testing.T) {
	for typed, want := range map[string]string{
		"lab\n":  "<<nil>> exit 0.",
		"yes\n":  `not confirmed ("yes" is not "lab"); nothing was done> exit 5.`,
		"\n":     `not confirmed ("" is not "lab"); nothing was done> exit 5.`,
		"\x03":   "interrupted before the answer; nothing was done> exit 130.",
		"la\x03": "interrupted before the answer; nothing was done> exit 130.",
	} {
		t.Run(fmt.Sprintf("%q", typed), func(t *testing.T) {
			c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestConsentChild$")
			c.Env = append(os.Environ(), askHere+"=1")
			term := openTerminal(t, c)
			wants(t, term.press("", "Type the site's name to go on: "), "Overwrites all", "x overwrites data on n.")
			term.press(typed, want)
		})
	}
}
