package agent

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// receiver stores what one stream after the other brings, until everything is there. A new directory grows under a
// name of its own and gets its real one when it is whole; in one that is there already, file by file is added.
type receiver struct {
	o    engine.CopyOrder
	root string // "/" on a node

	r   *bufio.Reader
	w   *bufio.Writer
	buf []byte
	// sync makes a file durable.
	sync func(*os.File) error

	parent *os.File // the directory of the target
	top    *os.File // where names of the source lie: the directory itself, or parent for a file
	name   string   // of top in parent, for now; "" when the source is a file
	fresh  bool     // name is not the target's yet
	total  totals
	items  int64 // entries taken from this stream, to find what an earlier attempt left over
	done   engine.Copied
	passed int64 // bytes behind us, for progress
}

func newReceiver(o engine.CopyOrder, root string) *receiver {
	if o.Progress == nil {
		o.Progress = func(int64, int64, string) {}
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	return &receiver{o: o, root: root, buf: make([]byte, copyChunk), sync: (*os.File).Sync}
}

// take stores what the stream brings. A *brokenStream may be followed by another stream.
func (c *receiver) take(ctx context.Context, stream io.ReadWriter) (engine.Copied, error) {
	sent := c.done.Sent
	c.r, c.w = bufio.NewReaderSize(stream, copyChunk), bufio.NewWriterSize(stream, 64<<10)
	c.done, c.items, c.passed = engine.Copied{Sent: sent}, 0, 0
	if err := expect(c.r, c.buf, frameTotal, &c.total); err != nil {
		return c.done, err
	}
	if c.total.Version != 1 {
		return c.done, engine.Failf(engine.ClassPrecondition, "the source speaks version %d of the copy's language, this node version 1", c.total.Version)
	}
	if err := c.open(); err != nil {
		return c.done, targetErr(c.o.Target, err)
	}
	defer c.close()
	if err := c.entries(ctx); err != nil {
		return c.done, err
	}
	if err := c.finish(); err != nil {
		return c.done, targetErr(c.o.Target, err)
	}
	_ = errors.Join(writeFrame(c.w, frameDone, nil), c.w.Flush()) // the copy is done, whether the source hears it or not
	return c.done, nil
}

// entries takes batch after batch until the source has no more.
func (c *receiver) entries(ctx context.Context) error {
	var batch []*piece
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, payload, err := readFrame(c.r, c.buf)
		if err != nil {
			return err
		}
		switch kind {
		case frameEntry:
			p := &piece{}
			if len(payload) > entryBytes {
				return engine.Failf(engine.ClassIO, "the source sent an entry of %d bytes", len(payload))
			}
			if err := decodeFrame(payload, &p.item); err != nil {
				return err
			}
			if batch = append(batch, p); len(batch) > batchFiles {
				return engine.Failf(engine.ClassIO, "the source sent a batch of more than %d names", batchFiles)
			}
		case frameBatch:
			if err := c.batch(ctx, batch); err != nil {
				return err
			}
			batch = nil
		case frameEnd:
			return nil
		default:
			return unexpected(kind, frameEntry)
		}
	}
}

// open finds the target's place and makes the directories on its way.
func (c *receiver) open() (err error) {
	c.close()
	if c.parent, err = c.way(path.Dir(c.o.Target)); err != nil {
		return err
	}
	base := path.Base(c.o.Target)
	st, err := statAt(c.parent, base)
	if err != nil {
		return err
	}
	what := typeOf(st)
	switch {
	case !c.total.Tree && (what == 0 || what == unix.S_IFREG):
		c.top = c.parent
		return nil
	case c.total.Tree && what == unix.S_IFDIR:
		c.name, c.fresh = base, false
	case c.total.Tree && what == 0:
		c.name, c.fresh = partName(base, c.o.Origin), true
		if err := c.room(); err != nil {
			return err
		}
	default:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "target %q is there and is something else than the source", c.o.Target), "move it away, or choose another target")
	}
	if c.top, err = openDir(c.parent, c.name); err != nil {
		return err
	}
	if c.fresh {
		if err := c.grant(c.top, c.total.Mode|0o700); err != nil {
			return err
		}
	}
	if err := unix.Flock(int(c.top.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "target %q: another copy is under way there", c.o.Target), "wait for it, or cancel its run")
	}
	return nil
}

// room makes the directory for an unfinished copy; before the first byte it asks whether all of them have space.
func (c *receiver) room() error {
	err := unix.Mkdirat(int(c.parent.Fd()), c.name, 0o700)
	if errors.Is(err, unix.EEXIST) {
		return nil // an earlier attempt's
	}
	if err != nil {
		return err
	}
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(c.parent.Fd()), &fs); err != nil {
		return err
	}
	if free := int64(fs.Bavail) * fs.Bsize; free < c.total.Bytes {
		_ = unix.Unlinkat(int(c.parent.Fd()), c.name, unix.AT_REMOVEDIR)
		return engine.WithNext(engine.Failf(engine.ClassSpace, "target %q needs %d bytes, %d are free there", c.o.Target, c.total.Bytes, free),
			"free space there, or choose another place; nothing was copied")
	}
	return c.parent.Sync()
}

// way opens a directory below the root and makes what is missing on the way, private.
func (c *receiver) way(dir string) (*os.File, error) {
	at, err := os.Open(c.root)
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		if name == "" {
			continue
		}
		next, err := openDir(at, name)
		if errors.Is(err, unix.ENOENT) {
			if err = unix.Mkdirat(int(at.Fd()), name, 0o700); err == nil || errors.Is(err, unix.EEXIST) {
				err = at.Sync()
			}
			if err == nil {
				next, err = openDir(at, name)
			}
		}
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
}

func (c *receiver) close() {
	if c.top != nil && c.top != c.parent {
		c.top.Close()
	}
	if c.parent != nil {
		c.parent.Close()
	}
	c.top, c.parent, c.name, c.fresh = nil, nil, "", false
}

// finish has everything looked at and gives a new directory its name.
func (c *receiver) finish() error {
	at := filepath.Join(c.root, path.Dir(c.o.Target), c.name)
	if c.fresh {
		if err := c.surplus(at); err != nil {
			return err
		}
	}
	if c.o.Check != nil && c.name != "" {
		if err := c.o.Check(at); err != nil {
			return err
		}
	}
	if !c.fresh {
		return nil
	}
	fd := int(c.parent.Fd())
	err := unix.Renameat2(fd, c.name, fd, path.Base(c.o.Target), unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EEXIST) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "target %q appeared while it was copied", c.o.Target), "look at it; then run this again")
	}
	return errors.Join(err, c.parent.Sync())
}

// surplus throws an unfinished copy away that holds more than the source, for the source changed between attempts.
func (c *receiver) surplus(at string) error {
	n := int64(0)
	err := filepath.WalkDir(at, func(string, os.DirEntry, error) error { n++; return nil })
	if err != nil || n == c.items+1 {
		return err
	}
	c.o.Log("the unfinished copy %s has %d entries, the source %d: it is made anew", at, n-1, c.items)
	if err := os.RemoveAll(at); err != nil {
		return err
	}
	return &brokenStream{errors.New("the source changed since the copy began")}
}
