package files

import (
	"os"
	"path/filepath"
	"testing"

	"tidemark/engine"
	"tidemark/testdata/powercut"
)

// TestMovedIsDurable: when a move says that it is done both directories are on disk, also where an attempt renamed and was
// killed right behind that. A dry run that finds it done touches no disk.
func TestMovedIsDurable(t *testing.T) {
	for name, c := range map[string]struct {
		renamed bool
		sign    engine.Sign
	}{"by this attempt": {false, engine.Changes}, "by one that was killed": {true, engine.Same}} {
		t.Run(name, func(t *testing.T) {
			n := moveNode(t, "f")
			disk := powercut.New(t, n.Ground.Dir)
			if c.renamed {
				n.must(os.Rename(n.at("/d/f"), n.at("/e/g")))
			}
			m := step(t, Move(), `{"from":"/d/f","to":"/e/g"}`).(*move)
			m.names = disk.Sync
			if _, err := n.Plan(Move(), m); err != nil || disk.Syncs() != 0 {
				t.Fatalf("the dry run made %d syncs: %v", disk.Syncs(), err)
			}
			change, _, err := n.Apply(Move(), m)
			n.must(err)
			if change.Sign != c.sign {
				t.Errorf("sign %q", change.Sign)
			}
			cut := disk.Cut()
			if text, err := os.ReadFile(filepath.Join(cut, "e/g")); string(text) != "f" {
				t.Errorf("/e/g holds %q, %v", text, err)
			}
			if _, err := os.Lstat(filepath.Join(cut, "d/f")); err == nil {
				t.Error("/d/f is there again")
			}
		})
	}
}
