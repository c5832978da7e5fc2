package journal

import (
	"errors"
	"os"
)

// Room makes the place of the runs below a state directory and writes there, so that a run which cannot be recorded is
// refused before anybody plans it. What it writes has no name any more. It gives the system's error, with the path.
func Room(state string) error { return room(state, disk{}) }

func room(state string, d disk) error {
	runs := Dir(state, "")
	if err := d.makeParents(runs); err != nil {
		return err
	}
	f, err := os.CreateTemp(runs, ".room-")
	if err != nil {
		return err
	}
	err = os.Remove(f.Name()) // first, so that whoever is killed here leaves nothing
	_, failed := f.Write(make([]byte, 4096))
	return errors.Join(failed, err, f.Close())
}
