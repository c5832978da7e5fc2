package cassandra

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/steps/backup"
)

// savedTable is one table of the manifest with the live directory it goes to and its files by area.
type savedTable struct {
	backup.Table
	live  string
	files [][]backup.File
}

// tablesOf pairs the saved tables of a keyspace with their live directories in the record; without are those that
// have none there.
func tablesOf(m *backup.Manifest, rec *swapRecord, keyspace string, dataDirs []string) (with []savedTable, without []string) {
	for _, t := range m.In(keyspace) {
		dir := ""
		if rec != nil {
			dir = rec.dirOf(keyspace, t.Name)
		}
		if dir == "" {
			without = append(without, t.Name)
			continue
		}
		with = append(with, savedTable{t, dir, spread(t, m.Server.DataDirs, dataDirs)})
	}
	return with, without
}

// dirOf is the noted live directory of a table, or "".
func (r *swapRecord) dirOf(keyspace, table string) string {
	for _, d := range r.Dirs {
		if filepath.Dir(d) == keyspace && isDirOf(filepath.Base(d), table) {
			return filepath.Base(d)
		}
	}
	return ""
}

// isDirOf tells whether dir is `<table>-<32 hex>`.
func isDirOf(dir, table string) bool {
	id, ok := strings.CutPrefix(dir, table+"-")
	return ok && len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// liveDirs lists what could be a table's live directory; more than one where it was dropped and created again.
func liveDirs(areas []area, keyspace, table string) ([]string, error) {
	var out []string
	for _, a := range areas {
		dirs, err := names(filepath.Join(a.data, keyspace))
		if err != nil {
			return nil, err
		}
		for _, d := range dirs {
			if isDirOf(d, table) && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// ready tells whether a table is laid ready, or exchanged already, in all areas.
func (s *swapper) ready(t savedTable) (bool, error) {
	for i, a := range s.areas {
		turn := s.forward(place{a, t.Keyspace, t.live})
		p, err := turn.phase()
		if err != nil || p == phaseNone {
			return false, err
		}
		if p == phaseReady {
			if whole, err := same(turn.in(setStaged), sizes(t.files[i])); err != nil || !whole {
				return false, err
			}
		}
	}
	return true, nil
}

// restored tells whether a table is exchanged, tidied and untouched since in all areas.
func (s *swapper) restored(t savedTable) (bool, error) {
	for i, a := range s.areas {
		turn := s.forward(place{a, t.Keyspace, t.live})
		p, err := turn.phase()
		if err != nil || p != phaseDone {
			return false, err
		}
		if s.rec.State == stateRestored {
			continue // closed: Cassandra may write into it
		}
		if clean, err := same(turn.live(), sizes(t.files[i])); err != nil || !clean {
			return false, err
		}
	}
	return true, nil
}

func uidOf(info fs.FileInfo) (int, bool) {
	st, ok := statOf(info)
	if !ok {
		return -1, false
	}
	return int(st.Uid), true
}
