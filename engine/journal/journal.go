package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"tidemark/engine"
)

// Journal is the open record of a run, held by this process alone.
type Journal struct {
	disk
	dir  string
	lock *os.File

	mu    sync.Mutex
	file  *os.File // opened by the first Append
	chain chain
	good  int64
	fatal error
}

// Dir is the run's directory.
func (j *Journal) Dir() string { return j.dir }

// Append numbers the event and writes it; a durable one is on disk when it returns, with all before it. Progress is not kept. After a
// failure nothing more is written: what stands behind a half-written line could never be read again.
func (j *Journal) Append(e *engine.Event) error {
	if e.Type == engine.EventProgress {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fatal == nil {
		j.fatal = j.write(e)
	}
	return j.fatal
}

func (j *Journal) write(e *engine.Event) error {
	if err := j.open(); err != nil {
		return err
	}
	text, err := j.chain.encode(e)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(text); err != nil {
		return err
	}
	j.good += int64(len(text))
	if !e.Durable() {
		return nil
	}
	return j.synced(j.file)
}

// open opens the file for appending and cuts a torn line off.
func (j *Journal) open() error {
	if j.file != nil {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(j.dir, journalName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(j.good), j.synced(f), j.names(j.dir)); err != nil {
		return errors.Join(err, f.Close())
	}
	j.file = f
	return nil
}

// SaveLog keeps the output of one attempt and gives the path of the file.
func (j *Journal) SaveLog(task string, attempt int, data []byte) (string, error) {
	path := LogPath(j.dir, task, attempt)
	return path, os.WriteFile(path, data, 0o600)
}

// LogPath is where the output of an attempt lies in a run's directory.
func LogPath(dir, task string, attempt int) string {
	return filepath.Join(dir, logsName, fmt.Sprintf("%s.%d.log", escape(task), attempt))
}

// Close releases the run's directory.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fatal == nil {
		j.fatal = os.ErrClosed
	}
	var err error
	if j.file != nil {
		err = errors.Join(j.synced(j.file), j.file.Close()) // the ends of done tasks wait for the next event
	}
	return errors.Join(err, release(j.lock))
}
