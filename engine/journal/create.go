package journal

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// The fixed names in a run's directory.
const (
	planName    = "plan.json"
	journalName = "journal.jsonl"
	driverName  = "controller.json"
	logsName    = "logs"
)

// Dir is the directory of a run below a state directory.
func Dir(state, run string) string { return filepath.Join(state, "runs", run) }

// Create makes the run's directory, writes the plan and the first event, all on disk when it returns, and locks the
// directory for this process. A directory that exists is refused.
func Create(dir string, plan *engine.Plan) (*Journal, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	data, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	lock, err := take(dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{dir: dir, lock: lock, chain: chain{prev: hash(data)}}
	if err := j.begin(data, plan); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

func (j *Journal) begin(data []byte, plan *engine.Plan) error {
	if err := writeDurable(filepath.Join(j.dir, planName), data); err != nil {
		return err
	}
	return j.Append(&engine.Event{Type: engine.EventCreated, Run: plan.Run, Time: plan.Created, Message: plan.Runbook})
}

// makeDir makes the directory and its parents, private, and puts their entries on disk.
func makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o700)
	switch {
	case errors.Is(err, fs.ErrExist):
		return engine.Failf(engine.ClassPrecondition, "%s: a run of this id exists already", dir)
	case err != nil:
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, logsName), 0o700); err != nil {
		return err
	}
	return errors.Join(syncDir(parent), syncDir(filepath.Dir(parent)))
}

// writeDurable leaves the whole file or none: temporary file, fsync, rename, fsync of the directory.
func writeDurable(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
