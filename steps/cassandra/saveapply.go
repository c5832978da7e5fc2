package cassandra

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// Apply saves, writes the manifest, and clears the snapshot.
func (s *saveSnapshot) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	return s.apply(ctx, h, realDisk())
}

func (s *saveSnapshot) apply(ctx context.Context, h *engine.Host, d disk) (engine.Output, error) {
	m, err := s.saved(h.View)
	if err != nil {
		return engine.Output{}, err
	}
	if m == nil {
		if m, err = s.save(ctx, h, d); err != nil {
			return engine.Output{}, err
		}
	}
	root := h.Path(backup.Path(s.Dir, s.Tag, backup.Cassandra))
	if err := os.RemoveAll(filepath.Join(root, partsDir)); err != nil {
		return engine.Output{}, err
	}
	if !s.Keep {
		if err := clearSnapshot(ctx, h, s.Tag, s.Keyspaces); err != nil {
			return engine.Output{}, fmt.Errorf("the backup is saved, its snapshot is not cleared: %w", err)
		}
	}
	if err := backup.DropSnapshot(h, s.Dir, s.Tag); err != nil {
		return engine.Output{}, err
	}
	out := saveOut(m)
	note := fmt.Sprintf("%s, %s, of %s: %d linked, %d copied", engine.Count(out.Files, "file"), engine.Bytes(out.Bytes), engine.Count(out.Tables, "table"), out.Linked, out.Copied)
	note += s.counted(m)
	if out.Note != "" {
		note += "; " + out.Note
	}
	return engine.Output{Value: out, Note: note}, nil
}

func (s *saveSnapshot) save(ctx context.Context, h *engine.Host, d disk) (*backup.Manifest, error) {
	began := time.Now()
	r, err := askRing(ctx, h.View, s.Keyspaces)
	if err != nil {
		return nil, err
	}
	if err := s.sameSchema(h, r); err != nil {
		return nil, err
	}
	root, err := s.begin(h)
	if err != nil {
		return nil, s.discard(ctx, h, err)
	}
	m := s.manifest(h.View, r, began)
	if err := s.tables(ctx, h, r, m, &saver{host: h, root: root, disk: d}); err != nil {
		return nil, s.discard(ctx, h, err)
	}
	if s.Counts {
		m.Counts = &backup.Counts{Basis: s.Basis, Left: count(ctx, h, r, m.Tables, max(s.CountTime, time.Since(began)))}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if s.Keep { // from here on it is its owner's, also where this task is killed behind the manifest
		if err := backup.DropSnapshot(h, s.Dir, s.Tag); err != nil {
			return nil, err
		}
	}
	m.Totals, m.Times.Finished = totals(m.Tables), time.Now().UTC()
	if err := m.Write(root); err != nil {
		return nil, s.discard(ctx, h, err)
	}
	return m, nil
}

// counted says how many rows were counted, and of which tables they were not.
func (s *saveSnapshot) counted(m *backup.Manifest) string {
	if m.Counts == nil {
		return ""
	}
	text := fmt.Sprintf("; %s in primary ranges", engine.Count(int(m.Rows()), "row"))
	if m.Counts.Left != "" {
		text += "; not all rows are counted: " + m.Counts.Left
	}
	return text
}

// begin makes the directories; 0700 is all that protects links, whose owner and mode stay Cassandra's.
func (s *saveSnapshot) begin(h *engine.Host) (string, error) {
	if err := backup.CheckID(s.Tag); err != nil {
		return "", err
	}
	root := h.Path(backup.Path(s.Dir, s.Tag, backup.Cassandra))
	if err := os.MkdirAll(filepath.Join(root, partsDir), 0o700); err != nil {
		return "", backup.Space(err, h.Path(s.Dir))
	}
	if err := os.Chmod(filepath.Dir(root), 0o700); err != nil {
		return "", err
	}
	return root, errors.Join(backup.Forget(root), backup.SyncDir(h.Path(s.Dir)))
}

// tables saves one table after the other.
func (s *saveSnapshot) tables(ctx context.Context, h *engine.Host, r *ring, m *backup.Manifest, sv *saver) error {
	var files [][]component
	var total int64
	for _, part := range snapshotsOf(h, r.conf.DataDirs, r.tables, s.Tag) {
		rec, err := part.record(h)
		if err != nil {
			return err
		}
		create, err := part.schema(h)
		if err != nil {
			return err
		}
		table := tableOf(part.table, create)
		if _, err := checkSaved(table); err != nil {
			return fmt.Errorf("snapshot %s: no restore could create the table: %w", s.Tag, err)
		}
		list, err := components(h, part)
		if err != nil {
			return err
		}
		for _, c := range list {
			total += c.Size
		}
		if m.Times.Snapshot.IsZero() || rec.Created.Before(m.Times.Snapshot) {
			m.Times.Snapshot = rec.Created
		}
		files, m.Tables = append(files, list), append(m.Tables, table)
	}
	sv.meter = backup.NewMeter(h.Progress, total)
	for i := range m.Tables {
		if err := sv.table(ctx, &m.Tables[i], files[i]); err != nil {
			return err
		}
	}
	return backup.Space(sv.disk.flush(sv.root), sv.root)
}
