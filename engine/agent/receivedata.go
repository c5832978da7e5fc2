package agent

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// data takes data frames up to the sum, which it returns; with no file to write there must be none.
func (c *receiver) data(p *piece, f *os.File) (sum []byte, err error) {
	if f == nil {
		return c.frames(p, nil, nil)
	}
	ahead := newSyncAhead(func() error { return c.sync(f) })
	sum, err = c.frames(p, f, ahead)
	if serr := ahead.wait(); serr != nil { // before a broken stream, which another may follow
		return nil, c.settled(p, serr)
	}
	early(f)
	return sum, err
}

func (c *receiver) frames(p *piece, f *os.File, ahead *syncAhead) ([]byte, error) {
	for {
		kind, n, err := readHead(c.r, c.buf)
		switch {
		case err != nil:
			return nil, err
		case kind != frameData:
			return c.summed(kind, n)
		case f == nil:
			return nil, &brokenStream{engine.Failf(engine.ClassIO, "%q grew while it was copied", p.rel)}
		}
		if err := c.pour(p, f, n); err != nil {
			return nil, err
		}
		if err := ahead.add(n); err != nil {
			return nil, err
		}
		c.o.Progress(c.passed, c.total.Bytes, p.rel)
	}
}

// summed is the payload of the frame that ends the data of a file.
func (c *receiver) summed(kind byte, n int) ([]byte, error) {
	payload, err := readPayload(c.r, kind, c.buf[:n])
	if err == nil && kind != frameSum {
		err = unexpected(kind, frameData)
	}
	return bytes.Clone(payload), err
}

// pour takes n bytes of data as they come. They are hashed and written from where they were read, while the processor
// has them at hand.
func (c *receiver) pour(p *piece, f *os.File, n int) error {
	for n > 0 {
		if _, err := c.r.Peek(1); err != nil {
			return &brokenStream{err}
		}
		some, _ := c.r.Peek(min(n, c.r.Buffered())) // never more than is there
		p.h.Write(some)                             //nolint:errcheck // a hash takes everything
		if _, err := f.Write(some); err != nil {
			return err
		}
		_, _ = c.r.Discard(len(some))
		n -= len(some)
		c.done.Sent, c.passed = c.done.Sent+int64(len(some)), c.passed+int64(len(some))
	}
	return nil
}

// early has the disk begin with the end of a file, so that little is left for commit to wait for; it waits for nothing.
func early(f *os.File) {
	_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}
