package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// batch answers what is here of each file, takes the rest, and makes it durable.
func (c *receiver) batch(ctx context.Context, batch []*piece) error {
	for _, p := range batch {
		if err := c.look(ctx, p); err != nil {
			return targetErr(p.rel, err)
		}
		if p.Dir {
			continue
		}
		if err := writeMessage(c.w, frameHave, p.have); err != nil {
			return err
		}
	}
	if err := c.w.Flush(); err != nil {
		return &brokenStream{err}
	}
	for _, p := range batch {
		if p.Dir || p.have.Skip {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.file(p); err != nil {
			return targetErr(p.rel, err)
		}
	}
	return c.commit(batch)
}

// file takes the rest of a file, or learns that there is none.
func (c *receiver) file(p *piece) error {
	var from start
	if err := expect(c.r, c.buf, frameStart, &from); err != nil {
		return err
	}
	if from.Offset != 0 && from.Offset != p.have.Bytes {
		return engine.Failf(engine.ClassIO, "the source goes on at byte %d, %d or 0 was due", from.Offset, p.have.Bytes)
	}
	whole := p.kept && from.Offset == p.have.Bytes
	if p.kept && !whole && !c.o.Replace {
		return c.differs(p, "other content, by sha256")
	}
	c.done.Files++
	c.passed += from.Offset
	if !whole {
		return c.write(p, from.Offset)
	}
	sum, err := c.data(p, nil)
	if err == nil && !bytes.Equal(sum, p.have.Sum) {
		err = &brokenStream{engine.Failf(engine.ClassIO, "%q grew while it was copied", p.rel)}
	}
	c.done.Bytes += p.have.Bytes
	c.o.Progress(c.passed, c.total.Bytes, p.rel)
	return err
}

// write puts the data behind what is there, under the part name, and compares sha256.
func (c *receiver) write(p *piece, offset int64) error {
	f, err := c.partFile(p, offset)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // synced by commit
	if offset == 0 {
		p.h = sha256.New()
	}
	sum, err := c.data(p, f)
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, p.h.Sum(nil)) {
		return engine.Failf(engine.ClassIO, "%q arrived with sha256 %x, the source has %x", p.rel, p.h.Sum(nil), sum)
	}
	mode := p.Mode
	if c.o.Mode != 0 {
		mode = c.o.Mode
	}
	p.ready = true
	return c.grant(f, mode)
}

// partFile opens the part for writing behind offset. A file that has other names is not ours, whatever it is called.
func (c *receiver) partFile(p *piece, offset int64) (*os.File, error) {
	f, err := beneath(c.top, p.part(), unix.O_RDWR|unix.O_CREAT, 0o600)
	if err != nil {
		return nil, err
	}
	st, err := fstat(f)
	if err == nil && (typeOf(st) != unix.S_IFREG || st.Nlink != 1) {
		err = engine.WithNext(engine.Failf(engine.ClassPrecondition, "%q is not a file of this copy alone", p.part()), "remove it")
	}
	if err == nil {
		err = f.Truncate(offset)
	}
	if err == nil {
		_, err = f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// grant gives mode and owner. Bits that lend the owner's rights to others do not travel.
func (c *receiver) grant(f *os.File, mode uint32) error {
	if c.o.UID >= 0 || c.o.GID >= 0 {
		if err := unix.Fchown(int(f.Fd()), c.o.UID, c.o.GID); err != nil {
			return err
		}
	}
	return unix.Fchmod(int(f.Fd()), mode&0o777)
}
