package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tidemark/engine"
)

// keepReceipts is how long a closed run's records stay on the node.
const keepReceipts = 30 * 24 * time.Hour

// forget makes room for a run that locks the node: programs that nobody used for long go, and runs that were closed long
// ago. Only a run does that, under its lock: who plans or looks changes nothing here. The runs that the lock is about stay,
// whatever an earlier close of theirs left. What cannot be removed stays, too, until the next one tries: it refuses no run.
func (a *Agent) forget(r engine.LockRequest, held *engine.LockRecord, now time.Time) {
	stay := []string{r.Run, r.TakeOver}
	if held != nil {
		stay = append(stay, held.Run)
	}
	for _, run := range slices.Clone(stay) {
		under, err := a.replaced(run)
		if err != nil {
			return // which run is to stay cannot be told
		}
		if under != nil {
			stay = append(stay, under.Run)
		}
	}
	_ = a.store.prune(now, stay...)
}

// prune forgets what is old, but for the runs that stay.
func (s store) prune(now time.Time, stay ...string) error {
	errs := []error{s.programs().prune(now)}
	runs, err := os.ReadDir(filepath.Join(s.dir, "runs"))
	if !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	for _, r := range runs {
		dir := filepath.Join(s.dir, "runs", r.Name())
		if slices.ContainsFunc(stay, func(run string) bool { return s.runDir(run) == dir }) {
			continue
		}
		errs = append(errs, s.pruneRun(dir, now))
	}
	return errors.Join(errs...)
}

func (s store) pruneRun(dir string, now time.Time) error {
	c := closing{s.durable, filepath.Join(dir, "closed.json")}
	i, err := os.Stat(c.path)
	old := err == nil && now.Sub(i.ModTime()) > keepReceipts
	// Of an open run only the room is there; a record that cannot be read is kept.
	if closed, err := c.read(); old && err == nil && closed != nil {
		return os.RemoveAll(dir)
	}
	return nil
}
