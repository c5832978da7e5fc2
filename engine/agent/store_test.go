package agent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

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
			if _, err := New(Options{Dir: dir, Node: "n1"}); (err == nil) != c.opens || err != nil && engine.ClassOf(err) != engine.ClassPrecondition {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
