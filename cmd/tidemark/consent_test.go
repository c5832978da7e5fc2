package main

import (
	"bytes"
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
		"a change":                       {"prune-backups", changes, "", "then say --yes"},
		"not knowable":                   {"prune-backups", reads, "", "then say --yes"},
		"a change with --yes":            {"prune-backups", changes, plainYes, ""},
		"a change with --yes=SITE":       {"prune-backups", changes, "lab", ""},
		"another site":                   {"prune-backups", changes, "field", "this is site lab"},
		"overwriting":                    {"prune-backups", overwrites, "", "then say --yes=lab"},
		"overwriting with a plain --yes": {"prune-backups", overwrites, plainYes, "say --yes=lab"},
		"overwriting with --yes=SITE":    {"prune-backups", overwrites, "lab", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &app{stdin: &bytes.Buffer{}, stdout: t.Output(), stderr: t.Output(), yes: c.yes}
			p := &engine.Plan{Site: "lab", Runbook: "x", Stages: []*engine.PlannedStage{{Tasks: []*engine.Task{{Kind: c.kind, Node: "n", Change: c.change}}}}}
			err := a.confirm(p, kinds)
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error()+engine.NextOf(err), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
