package files

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// Apply changes what differs, each entry through the handle it was looked at.
func (c *chown) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	w, err := c.wish(h)
	if err != nil {
		return engine.Output{}, err
	}
	var out ChownOut
	err = walk(h, c.Path, c.Recursive, func(p string, f *os.File, e entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		out.Entries++
		h.Progress(int64(out.Entries), 0, p)
		return c.grant(w, p, f, e, &out)
	})
	if err == nil {
		err = c.sync(h)
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("changed %d of %d entries", out.Changed, out.Entries)}, err
}

func (c *chown) grant(w wish, p string, f *os.File, e entry, out *ChownOut) error {
	if len(w.differences(e)) == 0 {
		return nil
	}
	if err := c.allows(p, e); err != nil {
		return err
	}
	if err := w.grant(f, e); err != nil {
		return failed(p, err)
	}
	out.Changed++
	return nil
}

// sync makes it durable at once for all entries: they lie on one file system.
func (c *chown) sync(a engine.Asker) error {
	s, err := find(a, c.Path)
	if err != nil {
		return err
	}
	defer s.close()
	f, e, err := s.open()
	if err != nil || f == nil {
		return err
	}
	defer f.Close()
	dir := f
	if e.kind != directory {
		dir = s.dir
	}
	d, err := reopen(dir)
	if err != nil {
		return failed(c.Path, err)
	}
	defer d.Close()
	syncfs := func(f *os.File) error { return unix.Syncfs(int(f.Fd())) }
	if c.whole != nil {
		syncfs = c.whole
	}
	if err := syncfs(d); err != nil {
		return failed(c.Path, err)
	}
	return nil
}
