package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tidemark/engine"
)

// Entry is one run of a state directory.
type Entry struct {
	Run string
	Dir string
	// Record and State are nil when Err is set.
	Record *Record
	State  *engine.State
	Err    error
}

// open tells whether the run is not closed; one that cannot be read counts as open.
func (e *Entry) open() bool { return e.State == nil || e.State.Closed == "" }

// List reads all runs of a state directory, oldest first (run ids begin with their time). A directory without
// plan and journal was never a run: the plan is written before anything else. One that lost its plan cannot be read.
func List(state string) ([]Entry, error) {
	return list(state, func(string) bool { return true })
}

// ListOpen is List without the runs that were closed, of which only the last line of the journal is read: they are
// many, and a new run asks.
func ListOpen(state string) ([]Entry, error) {
	all, err := list(state, func(dir string) bool { return !endsClosed(filepath.Join(dir, journalName)) })
	return slices.DeleteFunc(all, func(e Entry) bool { return !e.open() }), err
}

func list(state string, wanted func(dir string) bool) ([]Entry, error) {
	dirs, err := os.ReadDir(filepath.Join(state, "runs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Entry
	for _, d := range dirs {
		dir := Dir(state, d.Name())
		if filepath.Ext(dir) != "" || !has(dir, planName) && !has(dir, journalName) || !wanted(dir) {
			continue
		}
		e := Entry{Run: d.Name(), Dir: dir}
		if e.Record, e.Err = Read(dir); e.Err == nil {
			e.State = engine.Fold(e.Record.Events)
		}
		out = append(out, e)
	}
	return out, err
}

func has(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}
