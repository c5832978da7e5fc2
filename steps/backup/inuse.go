package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
)

// usePrefix begins the names of the files `<dir>/<id>/in-use-<run>`.
const usePrefix = "in-use-"

// Use notes that run restores from backup id and is not released: retention keeps it. Noting it again changes nothing.
func Use(a engine.Asker, dir, id, run string) error {
	base := a.Path(Path(dir, id, ""))
	f, err := os.OpenFile(filepath.Join(base, usePrefix+run), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return Space(fmt.Errorf("backup %s: note that run %s uses it: %w", id, run, err), base)
	}
	return errors.Join(f.Close(), SyncDir(base))
}

// Unuse takes the note of Use away; one that is not there is none.
func Unuse(a engine.Asker, dir, id, run string) error {
	base := a.Path(Path(dir, id, ""))
	err := os.Remove(filepath.Join(base, usePrefix+run))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return SyncDir(base)
}

// Users are the runs that still use backup id.
func Users(a engine.Asker, dir, id string) []string {
	found, _ := os.ReadDir(a.Path(Path(dir, id, ""))) // no directory, no users
	var runs []string
	for _, f := range found {
		if run, ok := strings.CutPrefix(f.Name(), usePrefix); ok {
			runs = append(runs, run)
		}
	}
	return runs
}
