package files

import (
	"context"
	"fmt"
	"path/filepath"

	"tidemark/engine"
	"tidemark/schema"
	"tidemark/steps/backup"
)

func (s *scp) checkBackup() error {
	switch {
	case s.Backup == "" && s.Saved != "":
		return schema.WrongArgs([]string{"saved_by", "backup"}, "saved_by goes with backup: say which one it is")
	case s.Backup == "":
		return nil
	case s.Replace:
		return schema.WrongArgs([]string{"replace", "backup"}, "a backup is never replaced: leave out replace, or backup")
	}
	return backup.CheckArg("backup", s.Backup)
}

// asked refuses, before anything is sent, a target that holds another backup, or files that this one does not have so; else
// it says how much of the backup is there, and nothing where no manifest tells: file by file is compared then.
func (s *scp) asked(v *engine.View) (string, error) {
	m, err := backup.OpenIn(v.Path(s.Target), backup.Cassandra)
	if err != nil {
		return "", nil //nolint:nilerr // there is no whole backup yet: file by file tells
	}
	if err := s.belongs(m); err != nil {
		return "", err
	}
	missing, all, err := m.Missing(filepath.Join(v.Path(s.Target), backup.Cassandra))
	switch {
	case err != nil:
		return "", engine.WithNext(err, "move "+show(s.Target)+" away, then copy the backup again")
	case missing > 0:
		return fmt.Sprintf("backup %s is there without %d of its %s", m.Backup, missing, engine.Count(all, "file")), nil
	}
	return fmt.Sprintf("backup %s is there, all of its %s by name and size", m.Backup, engine.Count(all, "file")), nil
}

func (s *scp) belongs(m *backup.Manifest) error {
	if m.Backup != s.Backup {
		return refuse("copy the right one", "%s holds backup %s, not %s", show(s.Target), m.Backup, s.Backup)
	}
	if s.Saved != "" {
		return m.ForNode(s.Saved, "")
	}
	return nil
}

// verify compares what arrived with the manifest that came with it.
func (s *scp) verify(ctx context.Context, h *engine.Host, dir string) error {
	m, err := backup.OpenIn(dir, backup.Cassandra)
	if err != nil {
		return refuse("copy the whole directory of a backup, with its "+backup.Cassandra+" part", "%s is no backup: %w", s.origin(), err)
	}
	if err := s.belongs(m); err != nil {
		return err
	}
	h.Log("verifying %d files with the manifest", m.Totals.Files)
	return m.Verify(ctx, filepath.Join(dir, backup.Cassandra), backup.Checksums, h.Progress)
}
