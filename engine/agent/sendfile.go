package agent

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

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
	if err := s.data(f, h); err != nil {
		return err
	}
	return writeFrame(s.w, frameSum, h.Sum(nil))
}

// data sends what f holds from where it stands; the hash trails behind.
func (s *sender) data(f *os.File, h hash.Hash) error {
	for {
		n, err := io.ReadFull(f, s.buf)
		if n > 0 {
			h.Write(s.buf[:n]) //nolint:errcheck // a hash takes everything
			if err := writeFrame(s.w, frameData, s.buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
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
