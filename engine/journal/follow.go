package journal

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tidemark/engine"
)

// pollEvery is how often a followed journal is looked at.
const pollEvery = 250 * time.Millisecond

// Follow shows every event, those that stand there and those that come, until the run is closed, see returns
// false, or ctx ends. idle is called when the end of the file is reached; false ends, too.
func Follow(ctx context.Context, dir string, see func(engine.Event) bool, idle func() bool) error {
	_, p, err := read(dir)
	for ; err == nil; err = p.grow(dir) {
		for _, e := range p.events {
			if !see(e) || e.Type == engine.EventClosed {
				return nil
			}
		}
		p.events = nil
		if !idle() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollEvery):
		}
	}
	return err
}

// grow reads what was appended since the last look.
func (p *parsed) grow(dir string) error {
	f, err := os.Open(filepath.Join(dir, journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // created, nothing written yet
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(p.good, io.SeekStart); err != nil {
		return err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	if err := p.more(data); err != nil {
		return refuse(dir, journalName, nil, err)
	}
	return nil
}
