package cassandra

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
)

// The sets of a restore: what is to come live, what was live before (a second soiled set is old-2, …), and what an
// undo took out of the way again.
const (
	setStaged = "staged"
	setOld    = "old"
	setUndone = "undone"
)

// ownDir is the directory beside each data directory that holds the restores, one subdirectory per run.
const ownDir = "tidemark"

// area is where one run keeps its sets beside one data directory. Both are on one mount, so that a directory can be
// exchanged by one rename. Paths are the node's real ones (see engine.Asker.Path).
type area struct{ data, root string }

// areasOf makes the areas of run, one for each data directory in order. Data directories that share a parent get
// subdirectories there, so that their tables do not meet.
func areasOf(a engine.Asker, dataDirs []string, run string) []area {
	parents := map[string]int{}
	for _, d := range dataDirs {
		parents[filepath.Dir(d)]++
	}
	var out []area
	for _, d := range dataDirs {
		root := filepath.Join(filepath.Dir(d), ownDir, run)
		if parents[filepath.Dir(d)] > 1 {
			root = filepath.Join(root, filepath.Base(d))
		}
		out = append(out, area{data: a.Path(d), root: a.Path(root)})
	}
	return out
}

// home is the directory of run beside the first data directory; the record of the swap lies there.
func home(dataDirs []string, run string) string {
	return filepath.Join(filepath.Dir(dataDirs[0]), ownDir, run)
}

// checkRun refuses a run id that could lead out of the restore's directories.
func checkRun(run string) error {
	if err := backup.CheckID(run); err != nil {
		return schema.WrongArg("run", "run %q: not the id of a run", run)
	}
	return nil
}

// place is one table directory in one area: live, and in the run's sets.
type place struct {
	area
	keyspace, dir string
}

func (p place) live() string { return filepath.Join(p.data, p.keyspace, p.dir) }

func (p place) in(set string) string { return filepath.Join(p.root, set, p.keyspace, p.dir) }

// sets are the existing ones called name, name-2, name-3, … that hold this table, in order.
func (p place) sets(name string) []string {
	var out []string
	for n := 1; ; n++ {
		set := numbered(name, n)
		if !exists(p.in(set)) {
			return out
		}
		out = append(out, set)
	}
}

func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	return name + "-" + strconv.Itoa(n)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// isThere is exists, but an error other than absence is one: where a file decides which way a rename goes, "cannot
// be read" must not mean "is not there".
func isThere(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// waiting tells whether a table of the restore still lies in a staged set. What was laid ready for the directory of a table
// that was created again since is none of its tables any more, and goes with the release.
func (s *swapper) waiting() (bool, error) {
	for _, p := range s.rec.places(s.areas) {
		if there, err := isThere(p.in(setStaged)); there || err != nil {
			return there, err
		}
	}
	return false, nil
}

// names lists a directory; one that is not there is empty.
func names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out, err
}

// readConfig reads the node's cassandra.yaml; a restore needs at least one data directory.
func readConfig(a engine.Asker) (cassconf.Config, error) {
	c, err := cassconf.Read(a, "")
	if err == nil && len(c.DataDirs) == 0 {
		err = engine.Failf(engine.ClassPrecondition, "%s: no data directory is configured", cassconf.DefaultPath)
	}
	return c, err
}

// runsBeside lists the runs that left a directory beside any of the data directories.
func runsBeside(a engine.Asker, dataDirs []string) ([]string, error) {
	var out []string
	for _, d := range dataDirs {
		runs, err := names(a.Path(filepath.Join(filepath.Dir(d), ownDir)))
		if err != nil {
			return nil, err
		}
		out = append(out, runs...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
