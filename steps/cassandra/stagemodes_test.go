package cassandra

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
)

// TestRestoredIsNoMoreReadable: where Cassandra's umask is 027, what a restore copies stays closed to other users, and what
// is open to a group for writing becomes no more than Cassandra makes it.
func TestRestoredIsNoMoreReadable(t *testing.T) {
	for live, want := range map[fs.FileMode]fs.FileMode{0o750: 0o750, 0o700: 0o700, 0o755: 0o755, 0o775: 0o755} {
		n := newRestoreNode(t)
		n.chmod(live, n.disks()...)
		n.must(StageRestore(), stageStep("homer"), engine.Creates)
		n.stop()
		n.must(RestoreKeyspace(), restoreStep("homer"), engine.Changes)
		for path, mode := range n.modes(n.Ground.Dir + restoredLive) {
			if most := want &^ 0o111; mode.IsDir() && mode.Perm() != want || mode.IsRegular() && mode.Perm() != most {
				t.Errorf("live %o: %s has %o, want %o for directories and %o for files", live, path, mode.Perm(), want, most)
			}
		}
	}
}

// TestModeOfATableThatIsNotThere: the keyspace's counts then, or that of all data.
func TestModeOfATableThatIsNotThere(t *testing.T) {
	data := t.TempDir()
	if err := os.Chmod(data, 0o710); err != nil {
		t.Fatal(err)
	}
	s := &stager{owner: owner{mode: mostDir}}
	p := place{area{data: data}, "homer", simservs}
	for _, want := range []fs.FileMode{0o710, 0o750} {
		as, err := s.like(p)
		if err != nil || as.owner.mode != want || s.owner.mode != mostDir {
			t.Errorf("%o, want %o, %v", as.owner.mode, want, err)
		}
		if err := os.Mkdir(filepath.Join(data, "homer"), 0o750); want == 0o710 && err != nil {
			t.Fatal(err)
		}
	}
}

// chmod gives all directories below dirs a mode.
func (n *snapshotNode) chmod(mode fs.FileMode, dirs ...string) {
	n.T.Helper()
	for _, d := range dirs {
		for path, is := range n.modes(d) {
			if is.IsDir() {
				if err := os.Chmod(path, mode); err != nil {
					n.T.Fatal(err)
				}
			}
		}
	}
}

// modes are those of all files and directories that a restore makes: neither linked files nor another tool's snapshot.
func (n *snapshotNode) modes(dir string) map[string]fs.FileMode {
	n.T.Helper()
	out := map[string]fs.FileMode{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || strings.Contains(path, "/snapshots") || !e.IsDir() && linkable(e.Name()) {
			return err
		}
		info, err := e.Info()
		out[path] = info.Mode()
		return err
	})
	if err != nil || len(out) < 2 {
		n.T.Fatal(len(out), err)
	}
	return out
}
