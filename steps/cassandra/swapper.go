package cassandra

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// swapper exchanges the table directories of one restore on one node, and back. It holds no state of its own: what
// has happened is read from the record and the markers, so that it can go on after any crash.
type swapper struct {
	asker engine.Asker
	hand  hand
	areas []area
	rec   *swapRecord
	// owner is Cassandra's user, for directories that are missing.
	owner owner
	// prove fails unless Cassandra is stopped and clean.
	prove func() error
}

// incoming is one table to be restored: its live directory's name, the files wanted in each area, and how to lay
// them ready in one of them.
type incoming struct {
	keyspace, name, dir string
	want                []map[string]int64
	stage               func(ctx context.Context, area int) error
	// done is told when all areas have it.
	done func() error
}

func (s *swapper) forward(p place) turn {
	return turn{place: p, from: setStaged, to: setOld, marker: markerPrefix + s.rec.Run, prove: s.prove, owner: s.owner}
}

func (s *swapper) backward(p place) turn {
	return turn{place: p, from: setOld, to: setUndone, marker: markerPrefix + "undo-" + s.rec.Run, prove: s.prove, owner: s.owner}
}

// restore exchanges the tables, opens the swap before the first and closes it when none of the run is left.
func (s *swapper) restore(ctx context.Context, tables []incoming) error {
	if err := s.prove(); err != nil {
		return err
	}
	if err := s.begin(tables); err != nil {
		return err
	}
	if err := s.sideline(); err != nil {
		return err
	}
	for _, t := range tables {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.table(ctx, t); err != nil {
			return err
		}
	}
	return s.end()
}

func (s *swapper) begin(tables []incoming) error {
	switch s.rec.State {
	case stateUndoing, stateUndone, stateReleased:
		return engine.Failf(engine.ClassPrecondition, "run %s: its restore is %s, nothing is exchanged any more", s.rec.Run, s.rec.State)
	}
	for _, t := range tables {
		s.rec.add(t.keyspace, t.dir)
	}
	s.rec.enter(stateOpen)
	return s.rec.save(s.hand, s.asker)
}

func (s *swapper) table(ctx context.Context, t incoming) error {
	for i, a := range s.areas {
		if err := s.directory(ctx, t, i, s.forward(place{a, t.keyspace, t.dir})); err != nil {
			return err
		}
	}
	return t.done()
}

// directory finishes what is half-done, looks whether Cassandra ran since, and exchanges (afresh, if it did: the
// soiled directory goes to the next old set, the first stays what undo brings back).
func (s *swapper) directory(ctx context.Context, t incoming, i int, turn turn) error {
	p, err := turn.phase()
	if err != nil {
		return err
	}
	if p == phaseExchanged {
		if err := turn.run(s.hand); err != nil {
			return err
		}
		p = phaseDone
	}
	if p == phaseDone {
		clean, err := same(turn.live(), t.want[i])
		if err != nil || clean {
			return err
		}
	}
	// always: staging that is complete is only looked at
	if err := t.stage(ctx, i); err != nil {
		return err
	}
	return turn.run(s.hand)
}

// end closes the swap unless tables of the run still wait.
func (s *swapper) end() error {
	waiting, err := stagedPlaces(s.areas)
	if err != nil || len(waiting) > 0 {
		return err
	}
	for _, p := range s.rec.places(s.areas) {
		if ph, err := s.forward(p).phase(); err != nil || ph != phaseDone {
			return err
		}
	}
	s.rec.enter(stateRestored)
	return s.rec.save(s.hand, s.asker)
}

// undo brings back what was live before the first exchange of each table, in whatever state the restore is.
func (s *swapper) undo(ctx context.Context) error {
	if s.rec.State == stateReleased {
		return engine.Failf(engine.ClassPrecondition, "run %s is released: what was live before it is deleted", s.rec.Run)
	}
	if err := s.prove(); err != nil {
		return err
	}
	s.rec.enter(stateUndoing)
	if err := s.rec.save(s.hand, s.asker); err != nil {
		return err
	}
	for _, p := range s.rec.places(s.areas) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.back(p); err != nil {
			return err
		}
	}
	if err := s.unsideline(); err != nil {
		return err
	}
	if err := s.dropStaged(); err != nil {
		return err
	}
	s.rec.enter(stateUndone)
	return s.rec.save(s.hand, s.asker)
}

// back turns one table directory back: first the restore's own turn is finished, then the old set comes live.
func (s *swapper) back(p place) error {
	if fwd, err := s.forward(p).phase(); err != nil {
		return err
	} else if fwd == phaseExchanged {
		if err := s.forward(p).run(s.hand); err != nil {
			return err
		}
	}
	turn := s.backward(p)
	ph, err := turn.phase()
	if err != nil {
		return err
	}
	if ph == phaseNone && exists(turn.in(setOld)) {
		mark := owner{s.owner.uid, s.owner.gid, 0o640}
		if err := s.hand.write(filepath.Join(turn.in(setOld), turn.marker), []byte(s.rec.Run+"\n"), mark); err != nil {
			return err
		}
	}
	return turn.run(s.hand)
}

// dropStaged deletes what was laid ready and never exchanged: links to and copies of the backup, nothing else.
func (s *swapper) dropStaged() error {
	for _, a := range s.areas {
		if err := s.hand.before("remove all %s", filepath.Join(a.root, setStaged)); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Join(a.root, setStaged)); err != nil {
			return err
		}
	}
	return nil
}

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
