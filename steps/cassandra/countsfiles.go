package cassandra

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/steps/internal/cassconf"
)

// files compares each live directory with the manifest, exactly; Cassandra must be stopped, or it compacts meanwhile.
func (s *compareCounts) files(ctx context.Context, v *engine.View) (CountsOut, error) {
	out := s.out(v)
	conf, err := readConfig(v)
	if err != nil {
		return out, err
	}
	if standing, err := conf.Standing(ctx, v); err != nil || len(standing) > 0 {
		if err == nil {
			err = engine.WithNext(engine.Failf(engine.ClassPrecondition, "files are compared while Cassandra is stopped: %s", strings.Join(standing, ", ")), "use phase: rows after the start")
		}
		return out, err
	}
	m, err := backup.Open(v, s.Dir, s.Backup, backup.Cassandra)
	if err != nil {
		return out, err
	}
	rec, err := readRecord(v, conf.DataDirs, v.Run)
	if err != nil {
		return out, err
	}
	var wrong []string
	for _, k := range s.Keyspaces {
		found, err := s.keyspace(ctx, v, conf, m, rec, k, &out)
		if err != nil {
			return out, err
		}
		wrong = append(wrong, found...)
	}
	if len(wrong) > 0 {
		return out, engine.WithNext(engine.Failf(engine.ClassPrecondition, "the live files are not those of backup %s: %s", s.Backup, listed(wrong)),
			"do not start Cassandra: the run, when it goes on, exchanges what is not restored")
	}
	return out, nil
}

func (s *compareCounts) keyspace(ctx context.Context, v *engine.View, conf cassconf.Config, m *backup.Manifest, rec *swapRecord, keyspace string, out *CountsOut) ([]string, error) {
	tables, without := tablesOf(m, rec, keyspace, conf.DataDirs)
	var wrong []string
	for _, t := range without {
		wrong = append(wrong, fmt.Sprintf("%s.%s: not restored by run %s", keyspace, t, v.Run))
	}
	for _, t := range tables {
		for i, a := range areasOf(v, conf.DataDirs, v.Run) {
			dir := place{a, t.Keyspace, t.live}.live()
			found, err := contents(dir)
			if err != nil {
				return nil, engine.Fail(engine.ClassIO, err)
			}
			for _, d := range differences(found, sizes(t.files[i])) {
				wrong = append(wrong, fmt.Sprintf("%s.%s: %s", t.Keyspace, t.Name, d))
			}
			sums, err := s.sums(ctx, dir, t.files[i], found)
			if err != nil {
				return nil, engine.Fail(engine.ClassIO, err)
			}
			for _, d := range sums {
				wrong = append(wrong, fmt.Sprintf("%s.%s: %s", t.Keyspace, t.Name, d))
			}
			out.Files += len(t.files[i])
		}
	}
	return wrong, nil
}

func (s *compareCounts) sums(ctx context.Context, dir string, files []backup.File, found map[string]int64) ([]string, error) {
	var wrong []string
	for _, f := range files {
		if _, ok := found[filepath.Clean(f.Name)]; !ok || !s.SHA256 {
			continue
		}
		_, sum, err := backup.Hash(ctx, filepath.Join(dir, f.Name), nil)
		if err != nil {
			return nil, err
		}
		if sum != f.SHA256 {
			wrong = append(wrong, fmt.Sprintf("%s: sha256 %s, expected %s", f.Name, sum, f.SHA256))
		}
	}
	return wrong, nil
}

func listed(lines []string) string {
	const most = 20
	if len(lines) > most {
		return fmt.Sprintf("%s; and %d more", strings.Join(lines[:most], "; "), len(lines)-most)
	}
	return strings.Join(lines, "; ")
}
