package agent

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// sender answers one copy from a source. It opens nothing but what lies below its path, and follows no symlink.
type sender struct {
	r    *bufio.Reader
	w    *bufio.Writer
	path string
	top  *os.File // the source, a directory or the file itself
	tree bool
	mode uint32

	batch []item
	names int
	buf   []byte
}

// Send sends what lies at the absolute path below root ("/" on a node) and ends when the receiver has it. What keeps
// it from that it tells the receiver, too.
func Send(root, source string, in io.Reader, out io.Writer) error {
	s := &sender{r: bufio.NewReader(in), w: bufio.NewWriterSize(out, 64<<10), path: source, buf: make([]byte, copyChunk)}
	err := s.send(root)
	if err != nil && !isBroken(err) {
		err = errors.Join(err, RefuseCopy(s.w, err), s.w.Flush())
	}
	return err
}

func (s *sender) send(root string) error {
	if err := s.open(root); err != nil {
		return sourceErr(s.path, err)
	}
	defer s.top.Close() //nolint:errcheck // only read
	t := totals{Version: 1, Tree: s.tree, Mode: s.mode}
	err := s.walk(func(i item) error {
		if !i.Dir {
			t.Files, t.Bytes = t.Files+1, t.Bytes+i.Size
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := writeMessage(s.w, frameTotal, t); err != nil {
		return err
	}
	if err := s.walk(s.add); err != nil {
		return err
	}
	if err := s.flush(); err != nil {
		return err
	}
	if err := errors.Join(writeFrame(s.w, frameEnd, nil), s.flushed()); err != nil {
		return err
	}
	return expect(s.r, s.buf, frameDone, nil)
}

func (s *sender) open(root string) error {
	slash, err := os.Open(root)
	if err != nil {
		return err
	}
	defer slash.Close() //nolint:errcheck // only read
	if s.top, err = beneath(slash, strings.TrimPrefix(s.path, "/"), unix.O_RDONLY, 0); err != nil {
		return err
	}
	st, err := fstat(s.top)
	if err == nil && typeOf(st) != unix.S_IFDIR && typeOf(st) != unix.S_IFREG {
		err = engine.Failf(engine.ClassPrecondition, "source %q is neither a file nor a directory", s.path)
	}
	s.tree, s.mode = typeOf(st) == unix.S_IFDIR, st.Mode&0o7777
	return err
}

// walk visits directories before what they hold. What vanishes meanwhile is passed over.
func (s *sender) walk(visit func(item) error) error {
	st, err := fstat(s.top)
	if err != nil {
		return sourceErr(s.path, err)
	}
	if !s.tree {
		return visit(item{Size: st.Size, Mode: st.Mode & 0o7777})
	}
	return s.walkDir("", visit)
}

func (s *sender) walkDir(rel string, visit func(item) error) error {
	dir, err := openDir(s.top, rel)
	if err != nil {
		return sourceErr(path.Join(s.path, rel), err)
	}
	defer dir.Close() //nolint:errcheck // only read
	for {
		names, err := dir.Readdirnames(1000)
		for _, name := range names {
			if err := s.walkName(dir, path.Join(rel, name), visit); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return sourceErr(path.Join(s.path, rel), err)
		}
	}
}

func (s *sender) walkName(dir *os.File, rel string, visit func(item) error) error {
	st, err := statAt(dir, path.Base(rel))
	if err != nil {
		return sourceErr(path.Join(s.path, rel), err)
	}
	i := item{Name: []byte(rel), Mode: st.Mode & 0o7777}
	switch typeOf(st) {
	case 0:
		return nil
	case unix.S_IFREG:
		i.Size = st.Size
		return visit(i)
	case unix.S_IFDIR:
		i.Dir = true
		if err := visit(i); err != nil {
			return err
		}
		return s.walkDir(rel, visit)
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "source %q is neither a file nor a directory (a symlink, socket or device)", path.Join(s.path, rel)),
		"move it away, or copy the parts one by one")
}

func (s *sender) add(i item) error {
	if err := writeMessage(s.w, frameEntry, i); err != nil {
		return err
	}
	s.batch, s.names = append(s.batch, i), s.names+len(i.Name)
	if len(s.batch) < batchFiles && s.names < batchNames {
		return nil
	}
	return s.flush()
}

// flush has the batch answered, reads all answers, and only then sends: neither side ever waits for a reader that
// waits for it.
func (s *sender) flush() error {
	if err := errors.Join(writeFrame(s.w, frameBatch, nil), s.flushed()); err != nil {
		return err
	}
	have := make([]held, len(s.batch))
	for i, it := range s.batch {
		if it.Dir {
			continue
		}
		if err := expect(s.r, s.buf, frameHave, &have[i]); err != nil {
			return err
		}
	}
	for i, it := range s.batch {
		if it.Dir || have[i].Skip {
			continue
		}
		if err := s.file(it, have[i]); err != nil {
			return sourceErr(path.Join(s.path, string(it.Name)), err)
		}
	}
	s.batch, s.names = s.batch[:0], 0
	return s.flushed()
}

func (s *sender) flushed() error {
	if err := s.w.Flush(); err != nil {
		return &brokenStream{err}
	}
	return nil
}

func (s *sender) file(i item, have held) error {
	f, err := s.content(string(i.Name))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	h := sha256.New()
	offset, err := common(f, h, have, s.buf)
	if err != nil {
		return err
	}
	if err := writeMessage(s.w, frameStart, start{offset}); err != nil {
		return err
	}
	for {
		n, err := io.ReadFull(f, s.buf)
		if n > 0 {
			hashed := hashing(h, s.buf[:n])
			werr := writeFrame(s.w, frameData, s.buf[:n])
			<-hashed
			if werr != nil {
				return werr
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return writeFrame(s.w, frameSum, h.Sum(nil))
		case err != nil:
			return err
		}
	}
}

// content opens a file again; it may have become something else since it was listed.
func (s *sender) content(rel string) (*os.File, error) {
	if !s.tree {
		return os.Open("/proc/self/fd/" + itoa(s.top)) // an offset of its own
	}
	f, err := beneath(s.top, rel, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	if st, err := fstat(f); err != nil || typeOf(st) != unix.S_IFREG {
		return nil, errors.Join(err, f.Close(), engine.Failf(engine.ClassPrecondition, "source %q is no file any more", path.Join(s.path, rel)))
	}
	return f, nil
}

// common is from where on the receiver needs the file: behind what it has, where that is how the file begins.
func common(f *os.File, h hash.Hash, have held, buf []byte) (int64, error) {
	if have.Bytes <= 0 {
		return 0, nil
	}
	n, err := io.CopyBuffer(h, io.LimitReader(struct{ io.Reader }{f}, have.Bytes), buf)
	if err != nil {
		return 0, err
	}
	if n == have.Bytes && bytes.Equal(h.Sum(nil), have.Sum) {
		return n, nil
	}
	h.Reset()
	_, err = f.Seek(0, io.SeekStart)
	return 0, err
}

// hashing adds p to h beside the caller, who may read p but not change it until the channel is closed.
func hashing(h hash.Hash, p []byte) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		h.Write(p) //nolint:errcheck // a hash takes everything
		close(done)
	}()
	return done
}
