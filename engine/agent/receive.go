package agent

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

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
	// sync makes a file, or the names in a directory, durable.
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
			if batch, err = withEntry(batch, payload); err != nil {
				return err
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

// withEntry adds what a frame says to the batch, within what one entry and one batch may be.
func withEntry(batch []*piece, payload []byte) ([]*piece, error) {
	if len(payload) > entryBytes {
		return nil, engine.Failf(engine.ClassIO, "the source sent an entry of %d bytes", len(payload))
	}
	p := &piece{}
	if err := decodeFrame(payload, &p.item); err != nil {
		return nil, err
	}
	if batch = append(batch, p); len(batch) > batchFiles {
		return nil, engine.Failf(engine.ClassIO, "the source sent a batch of more than %d names", batchFiles)
	}
	return batch, nil
}
