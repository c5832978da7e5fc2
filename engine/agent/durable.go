package agent

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"tidemark/engine"
)

// durable writes records so that a cut of power leaves the old or the new one: temporary file, fsync, rename,
// fsync of the directory. The temporary file lies beside the record: no other file system's room is needed.
type durable struct {
	// after is told of each record once it is on disk; tests end the agent there.
	after func(path string)
	// sync, where set, takes the place of the system's; tests remember there what is on disk.
	sync func(*os.File) error
}

// synced makes a file, or the names in a directory, durable in the system's way.
func (d durable) synced(f *os.File, way func(*os.File) error) error {
	if d.sync != nil {
		return d.sync(f)
	}
	return way(f)
}

func (d durable) write(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := d.replace(path, raw); err != nil {
		return classed(path, err)
	}
	return d.settled(path, filepath.Dir(path))
}

// replace gives the file its name when its bytes are on disk.
func (d durable) replace(path string, raw []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first cause counts
		}
	}()
	_, err = f.Write(raw)
	if err == nil {
		err = d.synced(f, (*os.File).Sync)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// settled makes the names in dirs durable and tells the observer.
func (d durable) settled(path string, dirs ...string) error {
	for _, dir := range dirs {
		if err := d.names(dir); err != nil {
			return classed(dir, err)
		}
	}
	if d.after != nil {
		d.after(path)
	}
	return nil
}

// names makes the names in a directory durable.
func (d durable) names(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return d.synced(f, (*os.File).Sync)
}

// mkdir makes dir and its parents, private, and makes their names durable, also that of one which is there: whoever made it
// may have been killed before.
func (d durable) mkdir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return d.names(filepath.Dir(dir))
	}
	if err := d.mkdir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return classed(dir, err)
	}
	return d.names(filepath.Dir(dir))
}

func read(path string, v any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return engine.Failf(engine.ClassIO, "node state %s: %w", path, err)
	}
	return nil
}

func classed(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return engine.WithNext(engine.Failf(engine.ClassSpace, "node state %s: %w", path, err), "free space on that file system")
	}
	return engine.Failf(engine.ClassIO, "node state %s: %w", path, err)
}
