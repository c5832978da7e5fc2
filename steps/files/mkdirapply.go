package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// Apply makes what is missing, or corrects the owner and mode of what is there.
func (m *mkdir) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	w, err := newWish(h, m.Owner, m.Group, m.Mode)
	if err != nil {
		return engine.Output{}, err
	}
	s, err := find(h, m.Path)
	if err != nil {
		return engine.Output{}, err
	}
	defer func() { s.close() }()
	if err := m.makeParents(s, h.Run); err != nil {
		return engine.Output{}, err
	}
	f, e, err := s.open()
	if err != nil {
		return engine.Output{}, err
	}
	if f == nil {
		err = m.makeDir(s.dir, m.Path, h.Run, m.fresh(w))
		return engine.Output{Value: MkdirOut{m.Path, true}, Note: "made " + show(m.Path)}, err
	}
	defer f.Close()
	if e.kind != directory {
		return engine.Output{}, refuse("move it away", "%s appeared meanwhile and is a %s, no directory", show(m.Path), e.kind)
	}
	err = m.correct(f, e, w)
	return engine.Output{Value: MkdirOut{Path: m.Path}, Note: show(m.Path) + ": " + w.text()}, err
}

func (m *mkdir) correct(f *os.File, e entry, w wish) error {
	if err := w.grant(f, e); err != nil {
		return failed(m.Path, err)
	}
	if err := m.names.of(f); err != nil {
		return failed(m.Path, err)
	}
	return nil
}

// makeParents brings the spot to the parent of the path.
func (m *mkdir) makeParents(s *spot, run string) error {
	for len(s.rest) > 1 {
		p := path.Join(s.at, s.rest[0])
		if !m.Parents {
			return refuse("say parents: true, or make it first", "%s is not there any more", show(p))
		}
		if err := m.makeDir(s.dir, p, run, wish{uid: -1, gid: -1, mode: parentMode}); err != nil {
			return err
		}
		ok, err := s.down()
		if err != nil {
			return err
		}
		if !ok {
			return engine.Failf(engine.ClassIO, "%s: made, and gone again", show(p))
		}
	}
	return nil
}

// makeDir makes the directory p in dir under a name of the run's own and renames it when owner and mode are right:
// an interruption leaves nothing half-made under the real name. What an interrupted attempt left is taken away.
func (m *mkdir) makeDir(dir *os.File, p, run string, w wish) error {
	temp := tempName(p, run)
	fd := int(dir.Fd())
	if err := unix.Unlinkat(fd, temp, unix.AT_REMOVEDIR); err != nil && !errors.Is(err, unix.ENOENT) {
		return failed(path.Join(path.Dir(p), temp), err)
	}
	if err := unix.Mkdirat(fd, temp, 0o700); err != nil {
		return failed(p, err)
	}
	err := m.prepare(dir, temp, w)
	if err == nil {
		err = unix.Renameat2(fd, temp, fd, path.Base(p), unix.RENAME_NOREPLACE)
	}
	if err == nil {
		err = m.names.of(dir)
	}
	if err != nil {
		_ = unix.Unlinkat(fd, temp, unix.AT_REMOVEDIR) // the first cause counts
		return failed(p, err)
	}
	return nil
}

func tempName(p, run string) string {
	sum := sha256.Sum256([]byte(p))
	return ".tidemark-" + run + "-" + hex.EncodeToString(sum[:6])
}

func (m *mkdir) prepare(dir *os.File, name string, w wish) error {
	f, e, err := openAt(dir, name)
	if err != nil {
		return err
	}
	if f == nil || e.kind != directory {
		return unix.ENOTDIR
	}
	defer f.Close()
	if err := w.grant(f, e); err != nil {
		return err
	}
	return m.names.of(f)
}
