package agent

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// piece is one entry of a batch with what is here of it.
type piece struct {
	item
	rel   string // below the receiver's top
	have  held
	kept  bool      // have is of the file under its real name
	h     hash.Hash // of the bytes in have
	ready bool      // whole under its part name, to be renamed
}

func (p *piece) dir() string {
	if d := path.Dir(p.rel); d != "." {
		return d
	}
	return ""
}

func (p *piece) part() string { return path.Join(p.dir(), partName(path.Base(p.rel))) }

// look finds the name's place and what is there of it.
func (c *receiver) look(ctx context.Context, p *piece) error {
	if err := c.place(p); err != nil {
		return err
	}
	if p.have.Skip {
		return nil
	}
	c.items++
	if p.Dir {
		return c.directory(p)
	}
	dir, err := openDir(c.top, p.dir())
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only looked at
	st, err := statAt(dir, path.Base(p.rel))
	switch {
	case err != nil:
		return err
	case typeOf(st) == 0:
		return c.hashed(ctx, p, p.part(), p.Size)
	case typeOf(st) != unix.S_IFREG:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%q is there and is no file", p.rel), "move it away")
	case st.Size == p.Size:
		p.kept = true
		return c.hashed(ctx, p, p.rel, p.Size)
	case !c.o.Replace:
		return c.differs(p, fmt.Sprintf("%d bytes, the source has %d", st.Size, p.Size))
	}
	return c.hashed(ctx, p, p.part(), p.Size)
}

func (c *receiver) differs(p *piece, how string) error {
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is there and differs from the source: %s; nothing was overwritten", path.Join(c.o.Target, string(p.Name)), how),
		"find out which of the two is right; move the wrong one away")
}

// place checks the name; one that is left out is skipped with all that is below it.
func (c *receiver) place(p *piece) error {
	name := string(p.Name)
	if !c.total.Tree {
		if name != "" || p.Dir {
			return engine.Failf(engine.ClassPrecondition, "the source said it is a file and sent the name %q", name)
		}
		p.rel = path.Base(c.o.Target)
		return nil
	}
	p.rel = name
	p.have.Skip = c.o.Omit != nil && c.o.Omit(name)
	return local(name)
}

func (c *receiver) directory(p *piece) error {
	above, err := openDir(c.top, p.dir())
	if err != nil {
		return err
	}
	defer above.Close() //nolint:errcheck // synced by commit
	err = unix.Mkdirat(int(above.Fd()), path.Base(p.rel), 0o700)
	if errors.Is(err, unix.EEXIST) {
		dir, err := openDir(c.top, p.rel) // fails on what is no directory
		if err != nil {
			return err
		}
		return dir.Close()
	}
	if err != nil {
		return err
	}
	dir, err := openDir(c.top, p.rel)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // synced by commit
	// The owner keeps the right to write there: more may come.
	return c.grant(dir, p.Mode|0o700)
}

// hashed reads what is there under name, up to most bytes, for the answer; a longer one is of no use.
func (c *receiver) hashed(ctx context.Context, p *piece, name string, most int64) error {
	p.h = sha256.New()
	f, err := beneath(c.top, name, unix.O_RDONLY, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	st, err := fstat(f)
	if err != nil || typeOf(st) != unix.S_IFREG || st.Size > most {
		return err
	}
	for p.have.Bytes < st.Size {
		n, err := io.ReadFull(f, c.buf[:min(copyChunk, st.Size-p.have.Bytes)])
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		p.h.Write(c.buf[:n]) //nolint:errcheck // a hash takes everything
		p.have.Bytes += int64(n)
	}
	p.have.Sum = p.h.Sum(nil)
	return nil
}
