package agent

import (
	"errors"
	"path"

	"golang.org/x/sys/unix"
)

// commit makes the batch durable: the files, then the names of all that is in it, also of what is there already: an earlier
// attempt may have been killed between the two. One commit of a batch costs little more than that of one file.
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
		if p.have.Skip {
			continue
		}
		dirs[p.dir()] = true
		if p.Dir {
			dirs[p.rel] = true // its mode and owner
		}
		if p.ready {
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
	return errors.Join(c.sync(f), f.Close())
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
