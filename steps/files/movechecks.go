package files

import (
	"fmt"
	"path"

	"tidemark/engine"
)

// oneMount refuses what one rename cannot do.
func (m *move) oneMount(from, to sight) error {
	switch {
	case !from.promised && from.mount != from.parent.mount:
		return refuse("move what is in it, one by one", "%s is a mount of its own", show(m.From))
	case !to.promised && to.kind != absent && to.mount != to.parent.mount:
		return refuse("choose a path inside it", "%s is a mount of its own", show(m.To))
	case from.parent.mount != 0 && to.parent.mount != 0 && from.parent.mount != to.parent.mount:
		return m.otherMount()
	}
	return nil
}

func (m *move) otherMount() error {
	return refuse(fmt.Sprintf("choose a target beside %s, or copy it with a step of its own: run: {argv: [cp, -a, --, …, …]}", show(m.From)),
		"%s and %s lie on different file systems, so one rename cannot move it", show(m.From), show(path.Dir(m.To)))
}

// replaceable refuses a replacement that rename would refuse, or would silently not do.
func (m *move) replaceable(a engine.Asker, from, to entry) error {
	switch {
	case from.promised || to.promised:
		return nil
	case from.same(to):
		return m.oneFile()
	case (from.kind == directory) != (to.kind == directory):
		return refuse("move that away first", "%s is a %s and %s is a %s: one cannot replace the other", show(m.From), from.kind, show(m.To), to.kind)
	case to.kind == directory:
		return m.empty(a)
	}
	return nil
}

func (m *move) oneFile() error {
	return refuse("remove one of the names", "%s and %s are one file with two names (hard links): there is nothing to replace", show(m.From), show(m.To))
}

func (m *move) empty(a engine.Asker) error {
	s, err := find(a, m.To)
	if err != nil {
		return err
	}
	defer s.close()
	f, _, err := s.open()
	if err != nil || f == nil {
		return err
	}
	defer f.Close()
	d, err := reopen(f)
	if err != nil {
		return failed(m.To, err)
	}
	defer d.Close()
	if names, _ := d.Readdirnames(1); len(names) > 0 {
		return notEmpty(m.To)
	}
	return nil
}

func notEmpty(p string) error {
	return refuse("move it away first with a step of its own", "%s is a directory that is not empty; it is never replaced", show(p))
}

func describe(p string, e entry) string {
	switch {
	case e.promised:
		return show(p)
	case e.kind == file && e.links > 1:
		return fmt.Sprintf("%s, file of %d bytes with %d names (hard links)", show(p), e.size, e.links)
	case e.kind == file:
		return fmt.Sprintf("%s, file of %d bytes", show(p), e.size)
	}
	return show(p) + ", " + e.kind
}
