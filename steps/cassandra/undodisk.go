package cassandra

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/engine"
)

// Cassandra makes a table's directories when it creates the table. So one of that name that was not there at the restore
// proves that the table was created again since; none proves that it was not, while this node served.

// lookBeside notes the directories beside the live ones of the restore's tables.
func (r *swapRecord) lookBeside(areas []area) error {
	for _, d := range r.Dirs {
		dirs, err := liveDirs(areas, filepath.Dir(d), tableName(d))
		if err != nil {
			return engine.Fail(engine.ClassIO, err)
		}
		for _, dir := range dirs {
			if other := filepath.Join(filepath.Dir(d), dir); !slices.Contains(r.Dirs, other) && !slices.Contains(r.Beside, other) {
				r.Beside = append(r.Beside, other)
			}
		}
	}
	return nil
}

// tableName is the table of a directory `<keyspace>/<table>-<32 hex>`.
func tableName(dir string) string {
	name, _, _ := strings.Cut(filepath.Base(dir), "-")
	return name
}

// stillThere is stillLive for a Cassandra that does not serve, from the directories. It refuses where a directory has come
// since that holds rows; a restore that stands half-way must be able to go back, and is only told.
func (r *swapRecord) stillThere(areas []area) (lines, unknown []string, err error) {
	if r.Beside == nil {
		return nil, []string{"whether the tables are still those of the restore: Cassandra does not serve, and the restore did not note their directories"}, nil
	}
	now := *r
	now.Beside = slices.Clone(r.Beside)
	if err := now.lookBeside(areas); err != nil {
		return nil, nil, err
	}
	come := now.Beside[len(r.Beside):]
	for _, d := range r.Dirs {
		for _, other := range come {
			if filepath.Dir(other) != filepath.Dir(d) || tableName(other) != tableName(d) {
				continue
			}
			rows, err := holdsRows(areas, other)
			switch {
			case err != nil:
				return nil, nil, engine.Fail(engine.ClassIO, err)
			case rows && !r.open():
				return nil, nil, r.createdAgain(filepath.Dir(d)+"."+tableName(d), filepath.Base(d))
			}
			unknown = append(unknown, fmt.Sprintf("whether %s is still what %s.%s reads: %s has come since the restore, and Cassandra does not serve", d, filepath.Dir(d), tableName(d), other))
		}
	}
	if len(come) == 0 {
		lines = []string{"= no table was created again since the restore: there are only the directories from then (Cassandra does not serve and was not asked)"}
	}
	return lines, unknown, nil
}

// holdsRows tells whether a table directory has data files in any area. Those of a table that was dropped are deleted.
func holdsRows(areas []area, dir string) (bool, error) {
	for _, a := range areas {
		files, err := names(filepath.Join(a.data, dir))
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(files, func(f string) bool { return strings.HasSuffix(f, "-Data.db") }) {
			return true, nil
		}
	}
	return false, nil
}
