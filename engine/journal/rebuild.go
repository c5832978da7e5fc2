package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tidemark/engine"
)

// besideExt marks a record that is being made: no listing takes its directory for a run.
const besideExt = ".adopting"

// Rebuild makes a run's directory from events that were recalled elsewhere: the whole record or none. It is written
// beside and put in its place when all of it is on disk; what a killed Rebuild of the run left is removed. A directory
// that lies there is set aside under the path that is returned; nothing of it is deleted.
func Rebuild(dir string, plan *engine.Plan, events []engine.Event) (aside string, err error) {
	return rebuild(dir, plan, events, disk{})
}

func rebuild(dir string, plan *engine.Plan, events []engine.Event, d disk) (aside string, err error) {
	beside := dir + besideExt
	if err := clearBeside(beside); err != nil {
		return "", err
	}
	if err := writeAll(beside, plan, events, d); err != nil {
		return "", errors.Join(err, os.RemoveAll(beside))
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		if aside, err = setAside(dir); err != nil {
			return "", err
		}
	}
	return aside, errors.Join(os.Rename(beside, dir), d.names(filepath.Dir(dir)))
}

// clearBeside removes what a killed process left, never what one at work writes.
func clearBeside(beside string) error {
	if _, err := os.Stat(beside); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := take(beside)
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(beside), release(lock))
}

func writeAll(dir string, plan *engine.Plan, events []engine.Event, d disk) error {
	j, err := create(dir, plan, d)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := j.Append(&e); err != nil {
			return errors.Join(err, j.Close())
		}
	}
	return j.Close()
}

// setAside renames a run's directory, so that nothing takes it for a run any more.
func setAside(dir string) (string, error) {
	to := dir + ".unreadable-" + time.Now().UTC().Format("20060102T150405Z")
	return to, os.Rename(dir, to)
}
