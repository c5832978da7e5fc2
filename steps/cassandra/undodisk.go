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

// lookBeside notes the directories beside the live ones of the restore's tables in these keyspaces. Those of others were looked at
// when Cassandra was asked for them; what has come there since must not pass for old.
func (r *swapRecord) lookBeside(areas []area, keyspaces ...string) error {
	for _, d := range r.Dirs {
		if !slices.Contains(keyspaces, filepath.Dir(d)) {
			continue
		}
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
	come, err := r.come(areas)
	if err != nil {
		return nil, nil, err
	}
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

// come are the directories beside the live ones that were not there when Cassandra was asked for those.
func (r *swapRecord) come(areas []area) ([]string, error) {
	now := *r
	now.Beside = slices.Clone(r.Beside)
	var keyspaces []string
	for _, d := range r.Dirs {
		keyspaces = append(keyspaces, filepath.Dir(d))
	}
	err := now.lookBeside(areas, keyspaces...)
	return now.Beside[len(r.Beside):], err
}

// stillMeant refuses the first exchange where a table was created again since its files were laid ready: they would come into a
// directory that no table reads. A Cassandra that serves tells the new one, so it must be asked again.
func (r *swapRecord) stillMeant(areas []area) error {
	if r.Beside == nil || r.State != stateStaged {
		return nil
	}
	come, err := r.come(areas)
	if err != nil || len(come) == 0 {
		return err
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s.%s was created again since its files were laid ready: %s has come since then, and nothing reads what it had before",
		filepath.Dir(come[0]), tableName(come[0]), come[0]), "start Cassandra (monit start cassandra_process); when the run goes on, the files are laid ready for the new table")
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
