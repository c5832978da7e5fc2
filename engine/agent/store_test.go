package agent

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tidemark/engine"
)

// Records of another format are not understood, so a run that is open in them is never taken for one without records.
func TestStateOfAnotherFormat(t *testing.T) {
	for name, c := range map[string]struct {
		format int
		held   *engine.LockRecord
		opens  bool
	}{
		"none yet":        {opens: true},
		"this one":        {format: stateFormat, held: &engine.LockRecord{Run: run}, opens: true},
		"older, released": {format: 1, opens: true},
		"older, held":     {format: 1, held: &engine.LockRecord{Run: run}},
		"newer":           {format: stateFormat + 1},
	} {
		dir := t.TempDir()
		put := func(file string, v any) {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, file), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if c.format > 0 {
			put("format.json", format{c.format})
		}
		if c.held != nil {
			put("lock.json", c.held)
		}
		for range 2 { // and what was taken over stays so
			a, err := New(Options{Dir: dir, Node: "n1"})
			if err == nil {
				err = a.exclusive(func() error { return nil })
			}
			if (err == nil) != c.opens || err != nil && engine.ClassOf(err) != engine.ClassPrecondition {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestReceiptsAreKeptForAMonth: those of an open run for ever, of a closed one for 30 days.
func TestReceiptsAreKeptForAMonth(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	const day = 24 * time.Hour
	closed := map[string]time.Duration{"open": -1, "yesterday": day, "29 days": 29 * day, "31 days": 31 * day, "open for 31 days": 31 * day}
	for run, ago := range closed {
		room := filepath.Join(dir, "runs", run)
		if err := os.MkdirAll(room, 0o700); err != nil {
			t.Fatal(err)
		}
		if ago < 0 {
			continue
		}
		file := filepath.Join(room, "closed.json")
		text := []byte("{}")
		if run == "open for 31 days" {
			text = make([]byte, recordBlock)
		}
		if err := errors.Join(os.WriteFile(file, text, 0o600), os.Chtimes(file, now, now.Add(-ago))); err != nil {
			t.Fatal(err)
		}
	}
	a, err := New(Options{Dir: dir, Node: "n1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Lock(t.Context(), engine.LockRequest{LockRecord: engine.LockRecord{Run: "next", Epoch: 1}}); err != nil {
		t.Fatal(err)
	}
	for run := range closed {
		_, err := os.Stat(filepath.Join(dir, "runs", run))
		if gone := run == "31 days"; gone != errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", run, err)
		}
	}
}
