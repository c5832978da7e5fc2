package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path"

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

// commit makes the batch durable: the files, then their names. One commit of a batch costs little more than that of
// one file.
func (c *receiver) commit(batch []*piece) error {
	dirs := map[string]bool{}
	for _, p := range batch {
		if p.ready {
			if err := c.stored(p); err != nil {
				return targetErr(p.rel, err)
			}
		}
	}
	for _, p := range batch {
		if p.ready {
			dirs[p.dir()] = true
			if err := c.named(p); err != nil {
				return targetErr(p.rel, err)
			}
		}
	}
	for dir := range dirs {
		if err := c.synced(dir); err != nil {
			return targetErr(dir, err)
		}
	}
	return nil
}

// stored makes a part durable.
func (c *receiver) stored(p *piece) error {
	f, err := beneath(c.top, p.part(), unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // synced
	return c.settled(p, c.sync(f))
}

// settled takes away a part that could not be made durable: the system tells that once, and goes on to show bytes that
// the disk does not have.
func (c *receiver) settled(p *piece, err error) error {
	if err == nil {
		return nil
	}
	dir, derr := openDir(c.top, p.dir())
	if derr != nil {
		return errors.Join(err, derr)
	}
	defer dir.Close() //nolint:errcheck // the part was of no use, durably or not
	return errors.Join(err, unix.Unlinkat(int(dir.Fd()), path.Base(p.part()), 0))
}

func (c *receiver) synced(name string) error {
	f, err := beneath(c.top, name, unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// named renames a part to its file. Without Replace a file that appeared meanwhile is not overwritten.
func (c *receiver) named(p *piece) error {
	dir, err := openDir(c.top, p.dir())
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // synced by commit
	flags := uint(unix.RENAME_NOREPLACE)
	if c.o.Replace {
		flags = 0
	}
	fd := int(dir.Fd())
	err = unix.Renameat2(fd, path.Base(p.part()), fd, path.Base(p.rel), flags)
	if errors.Is(err, unix.EEXIST) {
		return c.differs(p, "it appeared while it was copied")
	}
	if err == nil {
		c.done.Bytes += p.Size
	}
	return err
}
