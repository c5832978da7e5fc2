package agent

import (
	"bufio"
	"errors"
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
