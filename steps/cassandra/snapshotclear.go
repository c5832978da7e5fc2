package cassandra

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"tidemark/engine"
	"tidemark/steps/internal/nodetool"
)

// clearSnapshot removes the snapshot tag of keyspaces, proved in the directories, dropped tables' among them: they are
// what a list of snapshots is read from, and cost no call.
func clearSnapshot(ctx context.Context, h *engine.Host, tag string, keyspaces []string) error {
	conf, err := readConfig(h)
	if err != nil {
		return err
	}
	if err := nodetool.New(h).ClearSnapshot(ctx, tag, keyspaces); err != nil {
		return err
	}
	for _, d := range conf.DataDirs {
		tables, err := tableDirs(h.Path(d))
		if err != nil {
			return err
		}
		for _, t := range tables {
			if left := filepath.Join(t, snapshotsDir, tag); slices.Contains(keyspaces, filepath.Base(filepath.Dir(t))) && remains(left) {
				return engine.Failf(engine.ClassExit, "nodetool clearsnapshot -t %s: ended with status 0, but %s is still there", tag, left)
			}
		}
	}
	return nil
}

// remains also says yes where it cannot be told: only what is known to be gone is gone.
func remains(path string) bool {
	_, err := os.Lstat(path)
	return !os.IsNotExist(err)
}
