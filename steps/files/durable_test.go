package files

import (
	"fmt"
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

// TestMadeIsDurable: a directory that was made or changed is on disk with its parents and its mode.
func TestMadeIsDurable(t *testing.T) {
	for args, want := range map[string]map[string]os.FileMode{
		`{"path":"/a/b","mode":"0710","parents":true}`: {"a": 0o755, "a/b": 0o710},
		`{"path":"/d","mode":"0710"}`:                  {"d": 0o710},
	} {
		n := newNode(t)
		n.dir("/d")
		disk := powercut.New(t, n.Ground.Dir)
		m := step(t, Mkdir(), args).(*mkdir)
		m.names = disk.Sync
		_, _, err := n.Apply(Mkdir(), m)
		n.must(err)
		modes(t, disk.Cut(), want)
	}
}

// TestChangedIsDurable: what chown says to have changed is on disk, in a tree and alone.
func TestChangedIsDurable(t *testing.T) {
	for args, want := range map[string]map[string]os.FileMode{
		`{"path":"/d","mode":"0640","recursive":true}`: {"d": 0o750, "d/f": 0o640},
		`{"path":"/d/f","mode":"0640"}`:                {"d/f": 0o640},
	} {
		n := moveNode(t, "f")
		disk := powercut.New(t, n.Ground.Dir)
		c := step(t, Chown(), args).(*chown)
		c.whole = func(dir *os.File) error {
			disk.Flush(fmt.Sprintf("/proc/self/fd/%d/.", dir.Fd()))
			return nil
		}
		_, _, err := n.Apply(Chown(), c)
		n.must(err)
		modes(t, disk.Cut(), want)
	}
}

func modes(t *testing.T, cut string, want map[string]os.FileMode) {
	t.Helper()
	for p, mode := range want {
		if i, err := os.Lstat(filepath.Join(cut, p)); err != nil || i.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v; wanted mode %o", p, i, err, mode)
		}
	}
}
