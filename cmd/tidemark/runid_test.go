package main

import (
	"regexp"
	"testing"
	"time"

	"tidemark/steps/backup"
)

func TestRunIDs(t *testing.T) {
	at, seen := time.Date(2026, 11, 22, 2, 2, 3, 0, time.FixedZone("", 3600)), map[string]bool{}
	for range 300 {
		id := newRunID(at, func(id string) bool { return seen[id] })
		if !regexp.MustCompile(`^20261122T010203Z-[a-z0-9]{2}$`).MatchString(id) || len(id) != 19 || backup.CheckID(id) != nil {
			t.Fatal(id)
		}
		seen[id] = true
	}
	if len(seen) != 300 {
		t.Errorf("only %d different ids of 300", len(seen))
	}
}
