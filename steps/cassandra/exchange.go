package cassandra

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// phase is how far the turn of one table directory is, as seen from what lies there. A note that it was done would
// not do: an exchange done twice undoes itself.
type phase int

const (
	phaseNone      phase = iota // nothing of the turn is there
	phaseReady                  // the marker is in the waiting set: not exchanged
	phaseExchanged              // the marker is in the live directory: exchanged, not tidied
	phaseDone                   // no marker; what was live lies in its set
)

// turn brings one table directory of the set `from` to live, and what was live to the set `to` (or to-2, …). Its
// marker file lies in the directory that is to come live and tells by its side what has happened; it goes last.
type turn struct {
	place
	from, to, marker string
	// prove fails unless Cassandra is stopped and clean; it is asked right before the exchange.
	prove func() error
	// owner is for the live directory, should it be missing.
	owner owner
}

func (t turn) phase() (phase, error) {
	exchanged, err := isThere(filepath.Join(t.live(), t.marker))
	if err != nil || exchanged {
		return phaseExchanged, err
	}
	ready, err := isThere(filepath.Join(t.in(t.from), t.marker))
	if err != nil || ready {
		return phaseReady, err
	}
	if len(t.sets(t.to)) > 0 {
		return phaseDone, nil
	}
	return phaseNone, nil
}

// run does what is left of the turn; at phaseNone and phaseDone that is nothing.
func (t turn) run(h hand) error {
	p, err := t.phase()
	if err != nil {
		return err
	}
	if p == phaseReady {
		if err := t.exchange(h); err != nil {
			return err
		}
		p = phaseExchanged
	}
	if p == phaseExchanged {
		return t.tidy(h)
	}
	return nil
}

func (t turn) exchange(h hand) error {
	// Cassandra makes missing directories itself at its start, so an empty one in between changes nothing.
	for _, d := range []string{filepath.Dir(t.live()), t.live()} {
		if err := h.mkdirLive(d, filepath.Join(t.root, "new"), t.owner); err != nil {
			return err
		}
	}
	if err := t.prove(); err != nil {
		return err
	}
	return h.exchange(t.live(), t.in(t.from))
}

// tidy puts what was live into its set, gives the live directory its snapshots and incremental backups back, which
// belong to other tools, and takes the marker away.
func (t turn) tidy(h hand) error {
	waiting, err := isThere(t.in(t.from))
	if err != nil {
		return err
	}
	sets := t.sets(t.to)
	if waiting {
		to := numbered(t.to, len(sets)+1)
		if err := h.own(filepath.Dir(t.in(to))); err != nil {
			return err
		}
		if err := h.rename(t.in(t.from), t.in(to)); err != nil {
			return err
		}
		sets = append(sets, to)
	}
	if len(sets) > 0 {
		was := t.in(sets[len(sets)-1])
		for _, name := range givenBack() {
			if err := giveBack(h, filepath.Join(was, name), filepath.Join(t.live(), name), t.marker); err != nil {
				return err
			}
		}
	}
	return h.remove(filepath.Join(t.live(), t.marker))
}

// givenBack are the directories in a table's that belong to other tools, and stay with the live one.
func givenBack() []string { return []string{"snapshots", "backups"} }

// giveBack moves a directory to where it belongs; where that exists already (Cassandra ran in between), its entries.
// One whose name is taken there gets another name: nothing of another tool's is lost or overwritten.
func giveBack(h hand, from, to, suffix string) error {
	if there, err := isThere(from); !there || err != nil {
		return err
	}
	taken, err := isThere(to)
	if err != nil {
		return err
	}
	if !taken {
		return h.rename(from, to)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := giveBackOne(h, filepath.Join(from, e.Name()), filepath.Join(to, e.Name()), suffix); err != nil {
			return err
		}
	}
	return h.remove(from)
}

func giveBackOne(h hand, from, to, suffix string) error {
	err := h.rename(from, to)
	if errors.Is(err, fs.ErrExist) {
		err = h.rename(from, to+suffix)
	}
	return err
}
