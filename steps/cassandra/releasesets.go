package cassandra

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// foreign refuses sets in which snapshots of other tools are left; they are given back when tables are exchanged.
func (s *releaseRestore) foreign(a engine.Asker, conf cassconf.Config, rec *swapRecord) error {
	for _, set := range s.sets(a, conf, rec) {
		for _, name := range givenBack() {
			found, err := filepath.Glob(filepath.Join(escapeGlob(set), "*", "*", name, "*"))
			if err != nil {
				return err
			}
			if len(found) > 0 {
				return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s belongs to another tool and lies in what run %s kept", found[0], s.Run), "move it to the live table's directory, then release again")
			}
		}
	}
	return nil
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// sets are the existing directories of the run's sets, real paths: beside each data directory, the hints and the caches.
func (s *releaseRestore) sets(a engine.Asker, conf cassconf.Config, rec *swapRecord) []string {
	roots := []string{}
	for _, area := range areasOf(a, conf.DataDirs, s.Run) {
		roots = append(roots, area.root)
	}
	if rec != nil {
		for _, d := range []string{rec.Hints, rec.SavedCaches} {
			roots = append(roots, a.Path(filepath.Join(filepath.Dir(d), ownDir, s.Run)))
		}
	}
	var out []string
	seen := map[string]bool{}
	for _, root := range roots {
		entries, _ := os.ReadDir(root) // no directory, no sets
		for _, e := range entries {
			path := filepath.Join(root, e.Name())
			if e.IsDir() && isSet(e.Name()) && !seen[path] {
				seen[path] = true
				out = append(out, path)
			}
		}
	}
	return out
}

func isSet(name string) bool {
	base, number, numbered := strings.Cut(name, "-")
	known := base == setStaged || base == setOld || base == setUndone
	return known && (!numbered || strings.Trim(number, "0123456789") == "")
}

// measure sums up what deleting the sets frees: a file frees its space only with its last name.
func (s *releaseRestore) measure(a engine.Asker, conf cassconf.Config, rec *swapRecord) (lines []string, freed int64, err error) {
	links := map[[2]uint64]int{}
	for _, set := range s.sets(a, conf, rec) {
		files, bytes := 0, int64(0)
		err := filepath.WalkDir(set, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			files++
			if st, ok := statOf(info); ok {
				id := [2]uint64{st.Dev, st.Ino}
				if links[id]++; links[id] == int(st.Nlink) {
					bytes += st.Blocks * 512
				}
			}
			return nil
		})
		if err != nil {
			return nil, 0, engine.Fail(engine.ClassIO, err)
		}
		freed += bytes
		lines = append(lines, fmt.Sprintf("%s: %s, frees %s", set, engine.Count(files, "file"), engine.Bytes(bytes)))
	}
	return lines, freed, nil
}
