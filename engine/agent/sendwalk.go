package agent

import (
	"errors"
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

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
