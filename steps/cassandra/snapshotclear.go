package cassandra

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/nodetool"
)

// clearNoted clears a snapshot that is noted in the store dir, what is half saved of it, and the note behind them. Where no
// directory of the snapshot is left, nothing is called.
func clearNoted(ctx context.Context, h *engine.Host, dir string, s backup.Snapshot) error {
	if err := backup.Discard(h, dir, s.ID, backup.Cassandra); err != nil {
		return err
	}
	left, err := snapshotParts(h, s.ID, s.Keyspaces)
	if err == nil && len(left) > 0 {
		err = clearSnapshot(ctx, h, s.ID, s.Keyspaces)
	}
	if err != nil {
		return engine.WithNext(err, "snapshot "+s.ID+" is left on "+h.Node+" and keeps disk space; clear it there: "+clearCommand(s))
	}
	return backup.DropSnapshot(h, dir, s.ID)
}

func clearCommand(s backup.Snapshot) string {
	return "nodetool clearsnapshot -t " + s.ID + " -- " + strings.Join(s.Keyspaces, " ")
}

// clearSnapshot removes the snapshot tag of keyspaces, proved in the directories, dropped tables' among them: they are
// what a list of snapshots is read from, and cost no call.
func clearSnapshot(ctx context.Context, h *engine.Host, tag string, keyspaces []string) error {
	if err := nodetool.New(h).ClearSnapshot(ctx, tag, keyspaces); err != nil {
		return err
	}
	left, err := snapshotParts(h, tag, keyspaces)
	if err == nil && len(left) > 0 {
		err = engine.Failf(engine.ClassExit, "nodetool clearsnapshot -t %s: ended with status 0, but %s is still there", tag, left[0])
	}
	return err
}

// snapshotParts are the directories of the snapshot tag of keyspaces, dropped tables' among them.
func snapshotParts(a engine.Asker, tag string, keyspaces []string) ([]string, error) {
	conf, err := readConfig(a)
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, d := range conf.DataDirs {
		tables, err := tableDirs(a.Path(d))
		if err != nil {
			return nil, err
		}
		for _, t := range tables {
			if part := filepath.Join(t, snapshotsDir, tag); slices.Contains(keyspaces, filepath.Base(filepath.Dir(t))) && remains(part) {
				parts = append(parts, part)
			}
		}
	}
	return parts, nil
}

// remains also says yes where it cannot be told: only what is known to be gone is gone.
func remains(path string) bool {
	_, err := os.Lstat(path)
	return !os.IsNotExist(err)
}
