package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// cut leaves the run's journal up to and with its first event of that type.
func (h *house) cut(run string, event engine.EventType) {
	h.t.Helper()
	path := filepath.Join(journal.Dir(h.state, run), "journal.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		h.t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	last := slices.IndexFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte(`"type":"`+string(event)+`"`)) })
	if last < 0 {
		h.t.Fatalf("no event %s in %s", event, text)
	}
	if err := os.WriteFile(path, bytes.Join(lines[:last+1], nil), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// TestARecordThatWasCutShort: by the journal nothing began, by the nodes tasks did. Neither resume nor abandon believes the
// journal; the nodes stay locked, and adoption makes the record whole.
func TestARecordThatWasCutShort(t *testing.T) {
	for _, event := range []engine.EventType{engine.EventCreated, engine.EventLocked} {
		t.Run(string(event), func(t *testing.T) {
			h := newHouse(t)
			h.wants(h.run("--input", "least=1"), exitFailed)
			run := h.onlyRun()
			h.cut(run, event)
			h.wants(h.do("resume"), exitRefused, "tasks of run "+run+" began there, and this record knows of none", "stays open", h.command("resume --adopt one "+run))
			if closed := h.closedAs(run); closed != "" {
				t.Errorf("closed as %q", closed)
			}
			h.wants(h.do("abandon", run, "--yes"), exitRefused, "went on without this record", h.command("resume --adopt one "+run))
			h.wants(h.do("nodes"), 0, "locked by "+run)
			h.wants(h.do("resume", "--adopt", "one", run), exitFailed, "the overtaken record was kept", "too few backups")
			h.wants(h.do("nodes"), 0, "locked by "+run)
		})
	}
}

// TestAnAdoptionThatWasKilled: what it left of its record is no run for any verb; the next one begins anew.
func TestAnAdoptionThatWasKilled(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	run, first := h.onlyRun(), journal.Dir(h.state, h.onlyRun())
	h.state = filepath.Join(h.dir, "other")
	left := journal.Dir(h.state, run) + ".adopting"
	if err := os.CopyFS(left, os.DirFS(first)); err != nil {
		t.Fatal(err)
	}
	h.wants(h.do("runs"), 0, "no runs")
	h.wants(h.do("resume"), exitUsage, "no run is open")
	h.wants(h.do("abandon", run, "--yes"), exitUsage, "there is no run")
	h.wants(h.do("resume", "--adopt", "one"), exitFailed, "adopting run "+run, "too few backups")
	if _, err := os.Stat(left); err == nil {
		t.Error("what the killed one left is still there")
	}
}
