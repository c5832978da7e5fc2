package cassandra

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// component is one file of a snapshot that goes into the backup.
type component struct {
	backup.File
	from string // the node's absolute path
}

// components lists what to save of one table: SSTable components and those of its indexes in hidden
// subdirectories. What Cassandra was still writing never belongs to a backup.
func components(a engine.Asker, s snapshotOf) ([]component, error) {
	var all []component
	for disk, part := range s.parts {
		if part == "" {
			continue
		}
		found, err := scan(a, part, "", disk)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	for i := 1; i < len(all); i++ {
		if all[i].Name == all[i-1].Name {
			return nil, engine.Failf(engine.ClassPrecondition, "%s.%s: two data directories hold a file %s: %s and %s",
				s.table.Keyspace, s.table.Name, all[i].Name, all[i-1].from, all[i].from)
		}
	}
	return all, s.whole(a, all)
}

func scan(a engine.Asker, dir, under string, disk int) ([]component, error) {
	entries, err := os.ReadDir(a.Path(filepath.Join(dir, under)))
	if err != nil {
		return nil, err
	}
	var all []component
	for _, e := range entries {
		name := filepath.Join(under, e.Name())
		switch {
		case e.IsDir() && under == "" && strings.HasPrefix(e.Name(), "."):
			inner, err := scan(a, dir, name, disk)
			if err != nil {
				return nil, err
			}
			all = append(all, inner...)
		case skipped(e, under):
		default:
			info, err := e.Info()
			if err != nil {
				return nil, err
			}
			if !info.Mode().IsRegular() {
				return nil, engine.Failf(engine.ClassPrecondition, "%s is no regular file", filepath.Join(dir, name))
			}
			all = append(all, component{backup.File{Name: name, Size: info.Size(), Disk: disk}, filepath.Join(dir, name)})
		}
	}
	return all, nil
}

// skipped leaves out what is no finished component: the snapshot's own records (the manifest holds them),
// temporary files, transaction logs, other directories.
func skipped(e fs.DirEntry, under string) bool {
	n := e.Name()
	return e.IsDir() || (under == "" && (n == "manifest.json" || n == "schema.cql")) ||
		strings.Contains(n, "-tmp-") || strings.HasPrefix(n, "tmp-") || (strings.Contains(n, "_txn_") && strings.HasSuffix(n, ".log"))
}

// whole compares with Cassandra's own list, which names the Data component of each SSTable.
func (s snapshotOf) whole(a engine.Asker, all []component) error {
	rec, err := s.record(a)
	if err != nil {
		return err
	}
	for _, name := range rec.Files {
		name = strings.TrimPrefix(name, "/")
		if !slices.ContainsFunc(all, func(c component) bool { return c.Name == name }) {
			return engine.Failf(engine.ClassPrecondition, "%s.%s: the snapshot's manifest.json names %s, which is not there", s.table.Keyspace, s.table.Name, name)
		}
	}
	return nil
}

// linkable tells whether a component is one of the big ones that Cassandra writes once and never again, so that a
// hard link holds the bytes of the backup. The small ones are copied.
func linkable(name string) bool {
	name = filepath.Base(name)
	component := name[strings.LastIndexByte(name, '-')+1:]
	return slices.Contains([]string{"Data.db", "Index.db", "Partitions.db", "Rows.db"}, component)
}

// liveSize estimates from the live table directories what a save of the tables would link and copy, in bytes; at
// planning time there is no snapshot yet.
func liveSize(a engine.Asker, r *ring) (link, copied int64, err error) {
	for _, t := range r.tables {
		for disk, d := range r.conf.DataDirs {
			dir := filepath.Join(d, t.Keyspace, tableDir(t))
			if _, err := os.Stat(a.Path(dir)); err != nil {
				continue // a table has no directory on disks where it has no files
			}
			files, err := scan(a, dir, "", disk)
			if err != nil {
				return 0, 0, fmt.Errorf("%s: %w", dir, err)
			}
			for _, f := range files {
				if linkable(f.Name) {
					link += f.Size
				} else {
					copied += f.Size
				}
			}
		}
	}
	return link, copied, nil
}
