package cassandra

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// sideline moves the hints and saved caches away, once: hints hold rows newer than the backup, caches describe files
// that are no longer there. Those that came while Cassandra ran in between go to the next set.
func (s *swapper) sideline() error {
	first := 1
	if s.rec.Sidelined {
		first = 2
	}
	for _, dir := range []string{s.rec.Hints, s.rec.SavedCaches} {
		to := func(n int) string { return s.beside(dir, numbered(setOld, first+n)) }
		if err := s.moveFiles(s.asker.Path(dir), to); err != nil {
			return err
		}
	}
	if s.rec.Sidelined {
		return nil
	}
	s.rec.Sidelined = true
	return s.rec.save(s.hand, s.asker)
}

// unsideline takes away the hints and caches from after the restore, then brings those from before it back. Where a
// crash came before all were moved away, those still in their place are from before it, too.
func (s *swapper) unsideline() error {
	dirs := []string{s.rec.Hints, s.rec.SavedCaches}
	if s.rec.Sidelined && !s.rec.Cleared {
		for _, dir := range dirs {
			to := func(n int) string { return s.beside(dir, numbered(setUndone, 1+n)) }
			if err := s.moveFiles(s.asker.Path(dir), to); err != nil {
				return err
			}
		}
		s.rec.Cleared = true
		if err := s.rec.save(s.hand, s.asker); err != nil {
			return err
		}
	}
	for _, dir := range dirs {
		to := func(n int) string {
			if n == 0 {
				return s.asker.Path(dir)
			}
			return s.beside(dir, numbered(setUndone, n)) // a newer cache has its name there
		}
		if !exists(s.beside(dir, setOld)) {
			continue
		}
		if err := s.hand.mkdirLive(s.asker.Path(dir), s.beside(dir, "new"), s.owner); err != nil {
			return err
		}
		if err := s.moveFiles(s.beside(dir, setOld), to); err != nil {
			return err
		}
	}
	return nil
}

// beside is where the files of a directory such as hints go: beside it, so that they are on the same mount.
func (s *swapper) beside(dir, set string) string {
	return s.asker.Path(filepath.Join(filepath.Dir(dir), ownDir, s.rec.Run, set, filepath.Base(dir)))
}

// moveFiles moves the files, not the directory: Cassandra's own directory keeps its owner and mode. A file whose name
// is taken in to(0) goes to to(1), and so on.
func (s *swapper) moveFiles(from string, to func(n int) string) error {
	files, err := names(from)
	if err != nil {
		return err
	}
	for _, f := range files {
		err := fs.ErrExist
		for n := 0; errors.Is(err, fs.ErrExist); n++ {
			if err := s.hand.own(to(n)); err != nil {
				return err
			}
			err = s.hand.rename(filepath.Join(from, f), filepath.Join(to(n), f))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
