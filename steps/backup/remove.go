package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tidemark/engine"
)

// remove deletes one source of a backup. The manifest is renamed first, so that from then on it is no backup;
// under its new name it still lists the files, and an interrupted deletion goes on from there. Only what a backup
// wrote is removed; directories that foreign files keep are returned.
func remove(a engine.Asker, dir string, e Entry) (left []string, err error) {
	path := a.Path(e.Path)
	root, err := os.OpenRoot(path) // no symlink leads out of it
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // a directory handle
	if err := gone(root.Rename(manifestName, prunedName)); err != nil {
		return nil, err
	}
	if err := SyncDir(path); err != nil {
		return nil, err
	}
	m, err := readManifest(filepath.Join(path, prunedName))
	if err != nil {
		return nil, err
	}
	if err := m.removeFiles(root); err != nil {
		return nil, err
	}
	if left = emptied(root, m.dirs()); len(left) > 0 {
		left = []string{e.Path}
	}
	return left, finish(a, dir, e, root)
}

// HalfSaved tells whether one source of a backup lies in the store without a manifest: saving it did not end, and nothing
// restores from it.
func HalfSaved(a engine.Asker, dir, id, source string) bool {
	root := a.Path(Path(dir, id, source))
	return exists(root) && !exists(filepath.Join(root, manifestName)) && !exists(filepath.Join(root, prunedName))
}

// Discard removes what is half saved, and nothing else. Only who knows that the run on this node was saving it may call it:
// a copy that is being brought in looks the same.
func Discard(a engine.Asker, dir, id, source string) error {
	if !HalfSaved(a, dir, id, source) {
		return nil
	}
	if err := os.RemoveAll(a.Path(Path(dir, id, source))); err != nil {
		return err
	}
	return SyncDir(a.Path(Path(dir, id, "")))
}

// finish takes the records away, the manifest's last, and the directories as far as they are empty.
func finish(a engine.Asker, dir string, e Entry, root *os.Root) error {
	for _, name := range []string{verifiedName, prunedName} {
		if err := gone(root.Remove(name)); err != nil {
			return err
		}
	}
	base := a.Path(filepath.Join(dir, e.ID))
	if err := os.Remove(filepath.Join(base, e.Source)); err != nil {
		return nil //nolint:nilerr // foreign files keep it
	}
	if len(subdirs(base)) == 0 {
		if err := gone(os.Remove(filepath.Join(base, setName))); err != nil {
			return err
		}
		_ = os.Remove(base) // foreign files may keep it
	}
	return SyncDir(a.Path(dir))
}

func (m *Manifest) removeFiles(root *os.Root) error {
	for _, t := range m.Tables {
		for _, f := range t.Files {
			if err := gone(root.Remove(t.Rel(f))); err != nil {
				return err
			}
		}
	}
	return nil
}

// dirs are the directories of the manifest's files, the deepest first.
func (m *Manifest) dirs() []string {
	all := []string{dataName}
	for _, t := range m.Tables {
		all = append(all, filepath.Join(dataName, t.Keyspace), filepath.Join(dataName, t.Keyspace, t.Dir))
		for _, f := range t.Files {
			all = append(all, filepath.Dir(t.Rel(f)))
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	slices.Reverse(all)
	return all
}

// emptied removes the directories and returns those that something keeps.
func emptied(root *os.Root, dirs []string) []string {
	var left []string
	for _, d := range dirs {
		if err := gone(root.Remove(d)); err != nil {
			left = append(left, d)
		}
	}
	return left
}

// gone takes "not there" for done.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
