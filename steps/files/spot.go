package files

import (
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// spot is where a path lies: the deepest directory on its way that exists, open, and the names that are left. With
// one name left the directory is the path's parent; with more, parents are missing.
type spot struct {
	dir  *os.File
	at   string // the path of dir
	rest []string
}

// find walks to the parent of p and refuses every symlink on the way.
func find(a engine.Asker, p string) (*spot, error) {
	dir, err := os.OpenFile(a.Path("/"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, failed("/", err)
	}
	s := &spot{dir: dir, at: "/", rest: strings.Split(strings.TrimPrefix(p, "/"), "/")}
	for more := true; more && len(s.rest) > 1; {
		if more, err = s.down(); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *spot) close() { s.dir.Close() }

func (s *spot) name() string { return s.rest[len(s.rest)-1] }

// down goes one directory deeper; false is: there is none.
func (s *spot) down() (bool, error) {
	p := path.Join(s.at, s.rest[0])
	f, e, err := openAt(s.dir, s.rest[0])
	switch {
	case err != nil:
		return false, failed(p, err)
	case e.kind == absent:
		return false, nil
	case e.kind == symlink:
		defer f.Close()
		return false, linkRefused(p, f)
	case e.kind != directory:
		f.Close()
		return false, refuse("correct the path", "%s is a %s, no directory", show(p), e.kind)
	}
	s.close()
	s.dir, s.at, s.rest = f, p, s.rest[1:]
	return true, nil
}

func linkRefused(p string, f *os.File) error {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(f.Fd()), "", buf)
	if err != nil {
		return failed(p, err)
	}
	to := string(buf[:n])
	return refuse("write the real path instead of the symlink's", "%s is a symlink to %s, and these steps follow none", show(p), show(to))
}

// open opens what the path names, as openAt does; a symlink is refused.
func (s *spot) open() (*os.File, entry, error) {
	if len(s.rest) > 1 {
		return nil, entry{kind: absent}, nil
	}
	p := path.Join(s.at, s.name())
	f, e, err := openAt(s.dir, s.name())
	switch {
	case err != nil:
		return nil, e, failed(p, err)
	case e.kind == symlink:
		defer f.Close()
		return nil, e, linkRefused(p, f)
	}
	return f, e, nil
}
