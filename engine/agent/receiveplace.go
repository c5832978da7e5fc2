package agent

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

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
	return c.claim()
}

// claim gives a new directory its owner and mode, and keeps other copies out of it.
func (c *receiver) claim() error {
	if c.fresh {
		if err := c.grant(c.top, c.total.Mode|0o700); err != nil {
			return err
		}
		if err := c.sync(c.top); err != nil {
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
	return c.sync(c.parent)
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
				err = c.sync(at)
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
		return c.sync(c.parent) // who gave the target its name may have been killed before that was on disk
	}
	fd := int(c.parent.Fd())
	err := unix.Renameat2(fd, c.name, fd, path.Base(c.o.Target), unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EEXIST) {
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "target %q appeared while it was copied", c.o.Target), "look at it; then run this again")
	}
	return errors.Join(err, c.sync(c.parent))
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
