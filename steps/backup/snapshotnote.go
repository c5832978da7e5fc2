package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// snapshotName is the note `<dir>/<id>/snapshot.json` of a snapshot that a run took for its backup and has not cleared.
const snapshotName = "snapshot.json"

// Snapshot is the note of a snapshot that a run took for its backup and has not cleared. It is written before the snapshot is taken and goes after it is cleared, so what a run that
// was killed leaves is known for its own; snapshots of people and other tools have none.
type Snapshot struct {
	// ID is the run's and the backup's id, and the tag.
	ID        string   `json:"id" help:"the snapshot's tag, the backup's id"`
	Node      string   `json:"node" help:"node that took it"`
	Keyspaces []string `json:"keyspaces" help:"keyspaces in it"`
	// Schema lets saving tell that tables were altered or dropped since: the snapshot has the files and statements of then.
	Schema string `json:"schema,omitempty" help:"sha256 of the schema of its keyspaces when it was taken"`
}

// NoteSnapshot notes in the store dir that the snapshot s is to be taken for a backup.
func NoteSnapshot(a engine.Asker, dir string, s Snapshot) error {
	base := a.Path(Path(dir, s.ID, ""))
	if err := os.MkdirAll(base, 0o700); err != nil {
		return Space(fmt.Errorf("snapshot %s: %w", s.ID, err), a.Path(dir))
	}
	if _, err := writeJSON(filepath.Join(base, snapshotName), s); err != nil {
		return err
	}
	return SyncDir(a.Path(dir))
}

// DropSnapshot takes the note away: the snapshot is cleared, or its owner keeps it. One that is not there is none.
func DropSnapshot(a engine.Asker, dir, id string) error {
	base := a.Path(Path(dir, id, ""))
	err := os.Remove(filepath.Join(base, snapshotName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if os.Remove(base) == nil { // nothing of a backup lies there
		base = a.Path(dir)
	}
	return SyncDir(base)
}

// SnapshotOf is the note of backup id on this node; nil if there is none, or if another node wrote it.
func SnapshotOf(a engine.Asker, dir, id, node string) (*Snapshot, error) {
	s := &Snapshot{}
	found, err := readJSON(a.Path(Path(dir, id, snapshotName)), s)
	if !found || s.ID != id || s.Node != node || len(s.Keyspaces) == 0 { // no keyspace would mean all of them
		return nil, err
	}
	return s, nil
}

// Snapshots are the notes of all snapshots that runs took on this node for backups in the store and have not cleared; one that cannot be read is left to a person.
func Snapshots(a engine.Asker, dir, node string) []Snapshot {
	var all []Snapshot
	for _, id := range subdirs(a.Path(dir)) {
		if s, err := SnapshotOf(a, dir, id, node); err == nil && s != nil && CheckID(id) == nil {
			all = append(all, *s)
		}
	}
	return all
}
