package agent

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"

	"tidemark/engine"
)

// durable writes records so that a cut of power leaves the old or the new one: temporary file, fsync, rename,
// fsync of the directory (renameio leaves the last out). The temporary file lies beside the record: no other file
// system's room is needed.
type durable struct {
	// after is told of each record once it is on disk; tests end the agent there.
	after func(path string)
}

func (d durable) write(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(path, raw, 0o600, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return classed(path, err)
	}
	return d.settled(path, filepath.Dir(path))
}

// settled makes the names in dirs durable and tells the observer.
func (d durable) settled(path string, dirs ...string) error {
	for _, dir := range dirs {
		if err := syncDir(dir); err != nil {
			return classed(dir, err)
		}
	}
	if d.after != nil {
		d.after(path)
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// mkdir makes dir and its parents, private, and makes their names durable.
func (d durable) mkdir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := d.mkdir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return classed(dir, err)
	}
	return syncDir(filepath.Dir(dir))
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
		return engine.WithNext(engine.Failf(engine.ClassSpace, "node state %s: %w", path, err), "free space on that file system, then resume")
	}
	return engine.Failf(engine.ClassIO, "node state %s: %w", path, err)
}
