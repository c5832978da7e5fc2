package files

import (
	"errors"
	"io"
	"os"
	"path"

	"tidemark/engine"
)

// visitor sees one entry through its handle.
type visitor func(p string, f *os.File, e entry) error

// walk visits what lies at p and, for a tree, everything below it first. What vanishes meanwhile is passed over: a
// live directory may be walked. Symlinks are visited, never followed; another file system inside is refused.
func walk(a engine.Asker, p string, tree bool, visit visitor) error {
	s, err := find(a, p)
	if err != nil {
		return err
	}
	defer s.close()
	f, e, err := s.open()
	if err != nil {
		return err
	}
	if f == nil {
		return gone(p)
	}
	defer f.Close()
	if tree && e.kind == directory {
		if err := walkDir(f, p, e, visit); err != nil {
			return err
		}
	}
	return visit(p, f, e)
}

func gone(p string) error {
	return refuse("correct the path, or make it first", "%s does not exist", show(p))
}

func walkDir(dir *os.File, p string, above entry, visit visitor) error {
	list, err := reopen(dir)
	if err != nil {
		return failed(p, err)
	}
	defer list.Close()
	for {
		names, err := list.Readdirnames(1000)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return failed(p, err)
		}
		for _, name := range names {
			if err := walkName(dir, path.Join(p, name), above, visit); err != nil {
				return err
			}
		}
	}
}

func walkName(dir *os.File, p string, above entry, visit visitor) error {
	f, e, err := openAt(dir, path.Base(p))
	if err != nil {
		return failed(p, err)
	}
	if f == nil {
		return nil
	}
	defer f.Close()
	if e.mount != above.mount {
		return refuse("give it a step of its own, and name the other directories one by one",
			"%s is a mount of its own: a tree stops at its file system", show(p))
	}
	if e.kind == directory {
		if err := walkDir(f, p, e, visit); err != nil {
			return err
		}
	}
	return visit(p, f, e)
}
