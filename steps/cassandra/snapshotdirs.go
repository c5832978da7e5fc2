package cassandra

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cql"
)

// snapshotsDir is Cassandra's name for the snapshots inside a table's directory.
const snapshotsDir = "snapshots"

// tableDir is the directory name of a live table: several of one name may exist after a table was dropped and
// created again, only the id tells them apart.
func tableDir(t cql.Table) string { return t.Name + "-" + strings.ReplaceAll(t.ID, "-", "") }

// snapshotOf is one live table's part of a snapshot: its directories, one per data directory that has a share.
type snapshotOf struct {
	table cql.Table
	// parts are the directories' absolute paths on the node by the index of their data directory; "" is none.
	parts []string
}

// record is what Cassandra writes beside the files of a snapshot; 4.0 has no time in it.
type record struct {
	Files   []string  `json:"files"`
	Created time.Time `json:"created_at"`
}

// snapshotsOf looks for each live table's part of the snapshot tag in all data directories.
func snapshotsOf(a engine.Asker, dataDirs []string, tables []cql.Table, tag string) []snapshotOf {
	var all []snapshotOf
	for _, t := range tables {
		s := snapshotOf{table: t, parts: make([]string, len(dataDirs))}
		for i, d := range dataDirs {
			path := filepath.Join(d, t.Keyspace, tableDir(t), snapshotsDir, tag)
			if info, err := os.Lstat(a.Path(path)); err == nil && info.IsDir() {
				s.parts[i] = path
			}
		}
		all = append(all, s)
	}
	return all
}

// record reads manifest.json, which Cassandra writes after it has linked the table's files, so a table without it
// has no whole snapshot. The time is the file's where the version does not write one.
func (s snapshotOf) record(a engine.Asker) (record, error) {
	for _, p := range s.parts {
		if p == "" {
			continue
		}
		path := a.Path(filepath.Join(p, "manifest.json"))
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var r record
		if err == nil {
			err = json.Unmarshal(data, &r)
		}
		if info, statErr := os.Stat(path); err == nil && statErr == nil && r.Created.IsZero() {
			r.Created = info.ModTime().UTC()
		}
		return r, err
	}
	return record{}, s.absent()
}

func (s snapshotOf) absent() error {
	return fmt.Errorf("%s.%s (id %s): %w", s.table.Keyspace, s.table.Name, s.table.ID, errNoSnapshot)
}

var errNoSnapshot = errors.New("no snapshot of that tag")

// schema is the CREATE statements that Cassandra saved with the table.
func (s snapshotOf) schema(a engine.Asker) (string, error) {
	for _, p := range s.parts {
		if p == "" {
			continue
		}
		data, err := os.ReadFile(a.Path(filepath.Join(p, "schema.cql")))
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 { // an empty one was begun, and the power failed
			continue
		}
		return string(data), err
	}
	return "", fmt.Errorf("%w: it has no schema.cql", s.absent())
}

// standing is how far a snapshot is there.
type standing struct {
	// begun: a table has a directory for the tag; elsewhere: so has any table of the node.
	begun, elsewhere bool
	// found are the tables with a whole part, without the names of those that lack it.
	found   int
	without []string
	// taken is the time of the first part.
	taken time.Time
}

func (s standing) absent() bool   { return !s.elsewhere && !s.begun }
func (s standing) complete() bool { return s.found > 0 && len(s.without) == 0 }

// look looks into the directories: what is there in whole is there, whoever says what. That takes no time.
func (r *ring) look(tag string) (standing, error) {
	var st standing
	for _, s := range snapshotsOf(r.asker, r.conf.DataDirs, r.tables, tag) {
		rec, err := s.record(r.asker)
		if err == nil {
			_, err = s.schema(r.asker) // written after the record
		}
		switch {
		case errors.Is(err, errNoSnapshot):
			st.without = append(st.without, s.table.Keyspace+"."+s.table.Name)
		case err != nil:
			return st, err
		default:
			st.found++
			if st.taken.IsZero() || rec.Created.Before(st.taken) {
				st.taken = rec.Created
			}
		}
		st.begun = st.begun || slices.ContainsFunc(s.parts, func(p string) bool { return p != "" })
	}
	return st, nil
}

// lookEverywhere is look, and whether the tag lies with any other table: of another keyspace, or dropped since.
func (r *ring) lookEverywhere(tag string) (standing, error) {
	st, err := r.look(tag)
	if err != nil {
		return st, err
	}
	for _, d := range r.conf.DataDirs {
		tables, err := tableDirs(r.asker.Path(d))
		if err != nil {
			return st, err
		}
		for _, t := range tables {
			if _, err := os.Lstat(filepath.Join(t, "snapshots", tag)); err == nil {
				st.elsewhere = true
			}
		}
	}
	return st, nil
}

// tableDirs are all directories two levels below a data directory.
func tableDirs(dataDir string) ([]string, error) {
	keyspaces, err := os.ReadDir(dataDir)
	var out []string
	for _, k := range keyspaces {
		tables, err := os.ReadDir(filepath.Join(dataDir, k.Name()))
		if err != nil {
			continue // a file, or a keyspace that is being dropped
		}
		for _, t := range tables {
			out = append(out, filepath.Join(dataDir, k.Name(), t.Name()))
		}
	}
	return out, err
}
