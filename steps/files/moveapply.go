package files

import (
	"context"
	"errors"
	"fmt"
	"path"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// Apply renames and makes both directories durable.
func (m *move) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	from, err := find(h, m.From)
	if err != nil {
		return engine.Output{}, err
	}
	defer from.close()
	to, err := find(h, m.To)
	if err != nil {
		return engine.Output{}, err
	}
	defer to.close()
	lost, err := m.before(from, to)
	if err != nil {
		return engine.Output{}, err
	}
	if err := m.rename(from, to); err != nil {
		return engine.Output{}, err
	}
	if err := m.durable(to, from); err != nil {
		return engine.Output{}, err
	}
	out := MoveOut{From: m.From, To: m.To, Replaced: lost}
	return engine.Output{Value: out, Note: fmt.Sprintf("moved %s to %s", show(m.From), show(m.To))}, nil
}

// settled makes both directories durable, wherever they are now.
func (m *move) settled(a engine.Asker) error {
	for _, p := range []string{m.To, m.From} {
		s, err := find(a, p)
		if err != nil {
			return err
		}
		err = m.durable(s)
		s.close()
		if err != nil {
			return err
		}
	}
	return nil
}

// durable makes the names beside those of the spots durable.
func (m *move) durable(spots ...*spot) error {
	for _, s := range spots {
		if err := m.names.of(s.dir); err != nil {
			return failed(s.at, err)
		}
	}
	return nil
}

// before looks once more at both ends; lost tells whether something will be replaced. Two names of one file are
// refused here, too: rename would answer success and do nothing.
func (m *move) before(from, to *spot) (lost bool, err error) {
	there, err := standing(from)
	if err != nil {
		return false, err
	}
	if there.kind == absent {
		return false, gone(m.From)
	}
	if len(to.rest) > 1 {
		return false, gone(path.Dir(m.To))
	}
	other, err := standing(to)
	if err != nil {
		return false, err
	}
	if other.kind == file && there.same(other) {
		return false, m.oneFile()
	}
	return other.kind != absent, nil
}

func standing(s *spot) (entry, error) {
	f, e, err := s.open()
	if f != nil {
		f.Close()
	}
	return e, err
}

func (m *move) rename(from, to *spot) error {
	var flags uint = unix.RENAME_NOREPLACE
	if m.Replace {
		flags = 0
	}
	err := unix.Renameat2(int(from.dir.Fd()), from.name(), int(to.dir.Fd()), to.name(), flags)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EXDEV):
		return m.otherMount()
	case errors.Is(err, unix.EEXIST) && !m.Replace:
		return refuse("look what it is", "%s appeared meanwhile", show(m.To))
	case errors.Is(err, unix.ENOTEMPTY), errors.Is(err, unix.EEXIST):
		return notEmpty(m.To)
	}
	return failed(m.From, err)
}
