package cassandra

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"tidemark/steps/backup"
)

// markerPrefix begins the marker files; a marker is no part of a table.
const markerPrefix = ".tidemark-"

// contents lists the files of a table directory with their sizes, those of secondary indexes as
// `.<index>/<file>`; not the snapshots and incremental backups, and no marker. A missing directory is empty.
func contents(dir string) (map[string]int64, error) {
	out := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (rel == "snapshots" || rel == "backups"):
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(rel, markerPrefix):
			return nil
		}
		info, err := d.Info()
		if err == nil {
			out[rel] = info.Size()
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) && !exists(dir) {
		return out, nil
	}
	return out, err
}

// differences names each file that is missing, surplus or of another size, sorted.
func differences(found, want map[string]int64) []string {
	var out []string
	for name, size := range want {
		have, ok := found[name]
		switch {
		case !ok:
			out = append(out, name+": missing")
		case have != size:
			out = append(out, fmt.Sprintf("%s: %d bytes, expected %d", name, have, size))
		}
	}
	for name := range found {
		if _, ok := want[name]; !ok {
			out = append(out, name+": not in the backup")
		}
	}
	slices.Sort(out)
	return out
}

// same tells whether a directory holds exactly the files wanted, by name and size. SSTables are immutable, so a
// table that Cassandra has written to, or compacted, holds others.
func same(dir string, want map[string]int64) (bool, error) {
	found, err := contents(dir)
	return maps.Equal(found, want), err
}

var sstable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2}-[0-9A-Za-z_]+-[a-z]+-`) })

// spread says which file of a saved table goes to which data directory: the one it came from if the node still has
// it, else the first. The components of one SSTable stay together, whatever the manifest says of each.
func spread(t backup.Table, saved, live []string) [][]backup.File {
	out := make([][]backup.File, len(live))
	homes := map[string]int{}
	for _, f := range t.Files {
		group := filepath.Join(filepath.Dir(f.Name), sstable().FindString(filepath.Base(f.Name)))
		if sstable().FindString(filepath.Base(f.Name)) == "" {
			group = f.Name
		}
		if _, ok := homes[group]; !ok {
			homes[group] = diskOf(f, saved, live)
		}
		out[homes[group]] = append(out[homes[group]], f)
	}
	return out
}

func diskOf(f backup.File, saved, live []string) int {
	if f.Disk < 0 || f.Disk >= len(saved) {
		return 0
	}
	return max(0, slices.Index(live, saved[f.Disk]))
}

// sizes are the files as contents finds them.
func sizes(files []backup.File) map[string]int64 {
	out := map[string]int64{}
	for _, f := range files {
		out[filepath.Clean(f.Name)] = f.Size
	}
	return out
}
