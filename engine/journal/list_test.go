package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
)

// TestListOpen: a journal that ends with its close is not read any further, so even its damage is not seen; every
// other end counts as open.
func TestListOpen(t *testing.T) {
	closing := engine.Event{Type: engine.EventClosed, Reason: "done"}
	for name, c := range map[string]struct {
		closed bool
		change func(text []byte) []byte
		want   int
	}{
		"open":                  {false, func(text []byte) []byte { return text }, 1},
		"closed":                {true, func(text []byte) []byte { return text }, 0},
		"closed and damaged":    {true, func(text []byte) []byte { return append([]byte("{}\n"), text...) }, 0},
		"open and damaged":      {false, func(text []byte) []byte { return append([]byte("{}\n"), text...) }, 1},
		"close is torn":         {true, func(text []byte) []byte { return text[:len(text)-1] }, 1},
		"a text says closed":    {false, func(text []byte) []byte { return bytes.Replace(text, []byte("not durable"), []byte(`closed`), 1) }, 1},
		"something after close": {true, func(text []byte) []byte { return append(text, "{}\n"...) }, 1},
		"empty":                 {false, func([]byte) []byte { return nil }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := made(t)
			if c.closed {
				j, _, err := Open(dir)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(j.Append(&closing), j.Close()); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(dir, journalName)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.change(text), 0o600); err != nil {
				t.Fatal(err)
			}
			open, err := ListOpen(filepath.Dir(filepath.Dir(dir)))
			if err != nil || len(open) != c.want {
				t.Errorf("%d open runs, want %d (%v)", len(open), c.want, err)
			}
		})
	}
}

func TestList(t *testing.T) {
	dir, _ := made(t)
	state := filepath.Dir(filepath.Dir(dir))
	if err := os.Mkdir(Dir(state, "20261122T010203Z-zz"), 0o700); err != nil {
		t.Fatal(err) // killed before the plan was there: never a run
	}
	runs, err := List(state)
	if err != nil || len(runs) != 1 || runs[0].Run != plan().Run || !runs[0].open() {
		t.Fatalf("%v %+v", err, runs)
	}
	if _, err := setAside(dir); err != nil {
		t.Fatal(err)
	}
	if runs, err := List(state); err != nil || len(runs) != 0 {
		t.Errorf("%v %+v", err, runs)
	}
	if runs, err := List(t.TempDir()); err != nil || len(runs) != 0 {
		t.Errorf("empty: %v %+v", err, runs)
	}
}
