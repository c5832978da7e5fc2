package cassandra

import (
	"context"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// undo brings back what was live before the first exchange of each table, in whatever state the restore is.
func (s *swapper) undo(ctx context.Context) error {
	if s.rec.State == stateReleased {
		return engine.Failf(engine.ClassPrecondition, "run %s is released: what was live before it is deleted", s.rec.Run)
	}
	if err := s.prove(); err != nil {
		return err
	}
	if err := s.catchUp(); err != nil {
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
