package cassandra

import (
	"path/filepath"
	"slices"
	"time"

	"tidemark/engine"
)

// The states of a restore on a node. A swap is open from before the first exchange until every table directory is
// exchanged and its snapshots are back; only the run that opened it, or the undo bound to it, may start Cassandra.
const (
	stateStaged   = "staged"   // files lie ready beside, nothing is exchanged
	stateOpen     = "open"     // exchanging
	stateRestored = "restored" // all exchanged; the old sets are kept: not released
	stateUndoing  = "undoing"  // exchanging back
	stateUndone   = "undone"   // as before the restore; what it had brought is kept
	stateReleased = "released" // the sets are gone, or going
)

const (
	recordName   = "swap.json"
	recordFormat = 1
)

// swapRecord is `<data dir>/../tidemark/<run>/swap.json`, the durable state of one restore on this node.
type swapRecord struct {
	Format    int    `json:"format"`
	Run       string `json:"run"`
	Backup    string `json:"backup"`
	BackupDir string `json:"backup_dir"`
	State     string `json:"state"`
	// Nodes are those that the run restored, where it was told: its undo and its release must have all of them.
	Nodes []string `json:"nodes,omitempty"`
	// DataDirs, Hints and SavedCaches are as configured when the restore began; they must not change before its end.
	DataDirs    []string `json:"data_dirs"`
	Hints       string   `json:"hints"`
	SavedCaches string   `json:"saved_caches"`
	// Dirs names the live directory of each table, `<keyspace>/<directory>`, as the live schema had it.
	Dirs []string `json:"dirs"`
	// Beside names other directories of these tables, which lay there when Cassandra was asked for the live ones: left of
	// tables that had been dropped. nil is a record of a build that did not look.
	Beside []string `json:"beside"`
	// Sidelined: the hints and saved caches from before the restore are in the old set. Cleared: those that came
	// after it are in the undone set.
	Sidelined bool                 `json:"sidelined,omitempty"`
	Cleared   bool                 `json:"cleared,omitempty"`
	Since     map[string]time.Time `json:"since"`
}

// open tells whether the swap is half-way.
func (r *swapRecord) open() bool { return r.State == stateOpen || r.State == stateUndoing }

// held tells whether the restore is neither released nor undone.
func (r *swapRecord) held() bool { return r.open() || r.State == stateRestored }

// asBefore tells whether what was live before the restore is live for good: it was undone, or released before anything
// was exchanged. A release of what is undone deletes only what the restore had brought.
func (r *swapRecord) asBefore() bool {
	switch r.State {
	case stateUndone:
		return true
	case stateReleased:
		return r.Since[stateOpen].IsZero() || !r.Since[stateUndone].IsZero()
	}
	return false
}

// enter changes the state; the time is for people, that a state was entered tells what a release deleted.
func (r *swapRecord) enter(state string) {
	if r.Since == nil {
		r.Since = map[string]time.Time{}
	}
	if r.State != state {
		r.State, r.Since[state] = state, time.Now().UTC().Truncate(time.Second)
	}
}

// price says what a release gives up; a restore that was taken back has nothing more to undo.
func (r *swapRecord) price() string {
	switch {
	case r == nil:
	case r.Since[stateOpen].IsZero():
		return "no table was exchanged, nothing is lost"
	case !r.Since[stateUndone].IsZero():
		return "the restore was undone, what it had brought goes"
	}
	return "the restore cannot be undone any more"
}

// add notes a table's live directory.
func (r *swapRecord) add(keyspace, dir string) {
	if key := filepath.Join(keyspace, dir); !slices.Contains(r.Dirs, key) {
		r.Dirs = append(r.Dirs, key)
		slices.Sort(r.Dirs)
	}
}

// places are all tables of the restore in all areas, in order.
func (r *swapRecord) places(areas []area) []place {
	var out []place
	for _, d := range r.Dirs {
		for _, a := range areas {
			out = append(out, place{a, filepath.Dir(d), filepath.Base(d)})
		}
	}
	return out
}

// readRecord reads the record of run; nil without an error if there is none. The configuration must still name the
// directories that the restore began with.
func readRecord(a engine.Asker, dataDirs []string, run string) (*swapRecord, error) {
	r := &swapRecord{}
	there, err := readOwn(a, dataDirs, run, recordName, recordFormat, r)
	if err != nil || !there {
		return nil, err
	}
	if !slices.Equal(r.DataDirs, dataDirs) {
		return nil, engine.WithNext(engine.Failf(engine.ClassPrecondition, "run %s began with data directories %v, cassandra.yaml names %v now", run, r.DataDirs, dataDirs),
			"put the directories in cassandra.yaml back as they were until the restore is released or undone")
	}
	return r, nil
}

// save writes the record durably beside the first data directory.
func (r *swapRecord) save(h hand, a engine.Asker) error {
	r.Format = recordFormat
	return writeOwn(h, a, r.DataDirs, r.Run, recordName, r)
}
