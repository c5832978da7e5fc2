package cassandra

import (
	"context"
	"path/filepath"
	"slices"

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
	if err := s.catchUp(); err != nil {
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

// catchUp makes durable what an attempt did that was killed: whoever goes on finds it done and would not ask for it again.
func (s *swapper) catchUp() error {
	if !s.rec.open() {
		return nil
	}
	dirs := []string{filepath.Dir(s.asker.Path(s.rec.Hints)), filepath.Dir(s.asker.Path(s.rec.SavedCaches))}
	for _, a := range s.areas {
		dirs = append(dirs, filepath.Dir(a.data))
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		if err := s.hand.flush(dir); err != nil {
			return err
		}
	}
	return nil
}

// settled makes durable what Plan finds done: the attempt that did it may have been killed before its last sync.
func (s *swapper) settled() error {
	if err := s.catchUp(); err != nil {
		return err
	}
	return s.hand.sync(s.asker.Path(home(s.rec.DataDirs, s.rec.Run)))
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
	if waiting, err := s.waiting(); err != nil || waiting {
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
