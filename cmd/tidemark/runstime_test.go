package main

import (
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// Times in JSON are all of one form, that of the plan and the events.
func TestRunsTellTimesAsEverywhere(t *testing.T) {
	created := time.Date(2026, 11, 23, 17, 29, 11, 5e8, time.UTC)
	l := lineOf(&journal.Entry{Run: "r", Dir: t.TempDir(), Record: &journal.Record{Plan: &engine.Plan{Created: created}}, State: engine.Fold(nil)})
	if at, err := time.Parse(time.RFC3339, l.Created); err != nil || !at.Equal(created.Truncate(time.Second)) {
		t.Errorf("%s, %v", l.Created, err)
	}
}
