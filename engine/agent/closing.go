package agent

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tidemark/engine"
)

// closing is the record of how a run was closed on this node. Its block is written when the node is locked, all NUL, and
// the record later overwrites it: a disk that is full by then does not keep the lock.
type closing struct {
	durable
	path string
}

func (s store) closing(run string) closing {
	return closing{s.durable, filepath.Join(s.runDir(run), "closed.json")}
}

// reserve makes the room of the record. What an earlier close of the run wrote stays until the next one.
func (c closing) reserve() error {
	text, err := os.ReadFile(c.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return classed(c.path, err)
	}
	if len(text) >= recordBlock {
		return nil
	}
	return c.put(text)
}

// write tells how the run was closed. It is asked for again where the answer was lost.
func (c closing) write(r engine.UnlockRequest) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return c.put(raw)
}

func (c closing) put(raw []byte) error {
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return classed(c.path, err)
	}
	defer f.Close()
	text := make([]byte, max(recordBlock, blocks(int64(len(raw)))))
	copy(text, raw)
	if _, err := f.WriteAt(text, 0); err != nil {
		return classed(c.path, err)
	}
	if err := c.synced(f, (*os.File).Sync); err != nil {
		return classed(c.path, err)
	}
	return c.settled(c.path, filepath.Dir(c.path))
}

// read is nil where the run was not closed here; a record that a cut of power left half-written counts as none, since the
// lock goes after it.
func (c closing) read() (*engine.UnlockRequest, error) {
	text, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r engine.UnlockRequest
	ok, _, err := whole(text, &r)
	if err != nil {
		return nil, engine.Failf(engine.ClassIO, "node state %s: %w", c.path, err)
	}
	if !ok {
		return nil, nil
	}
	return &r, nil
}
