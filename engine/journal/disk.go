package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// disk is how files become durable.
type disk struct {
	// sync, where set, takes the place of the system's; tests remember there what is on disk.
	sync func(*os.File) error
}

// synced makes a file, or the names in a directory, durable.
func (d disk) synced(f *os.File) error {
	if d.sync != nil {
		return d.sync(f)
	}
	return f.Sync()
}

// makeDir makes the directory and its parents, private, and puts their names on disk.
func (d disk) makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if err := d.makeParents(parent); err != nil {
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
	return errors.Join(d.names(parent), d.names(filepath.Dir(parent)))
}

func (d disk) makeParents(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := d.makeParents(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.names(filepath.Dir(dir))
}

// writeDurable leaves the whole file or none: temporary file, fsync, rename, fsync of the directory.
func (d disk) writeDurable(path string, data []byte) (err error) {
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
	if err = errors.Join(err, d.synced(f), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return d.names(filepath.Dir(path))
}

// names makes the names in a directory durable.
func (d disk) names(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.synced(f), f.Close())
}
