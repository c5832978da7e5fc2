package files

import (
	"path"

	"tidemark/engine"
)

// factPath is the key of the fact what stands at p; the values are the kinds of entry.
func factPath(p string) string { return "path." + p }

func willBe(p, kind string) engine.Fact { return engine.Fact{Key: factPath(p), Value: kind} }

// sight is what Plan knows of a path: what stands there, the directory it stands in, and the directories on the way
// that are missing, the topmost first.
type sight struct {
	entry
	parent  entry
	missing []string
}

// look asks the promises of earlier steps first, then the disk.
func look(v *engine.View, p string) (sight, error) {
	out, err := onDisk(v, p)
	if kind, ok := promised(v, p); ok {
		out.entry, err = entry{kind: kind, promised: true}, nil
	}
	return out, err
}

func onDisk(v *engine.View, p string) (out sight, err error) {
	s, err := find(v, p)
	if err != nil {
		return out, err
	}
	defer s.close()
	if out.entry, err = standing(s); err != nil {
		return out, err
	}
	if out.parent, err = statOf(s.dir); err != nil {
		return out, failed(s.at, err)
	}
	out.missing = missing(v, p, s.at)
	return out, nil
}

// missing are the directories on the way to p that are not there by the disk, which has them down to the directory at, or by
// the promises of earlier steps. What lies in a directory that is moved away goes with it.
func missing(v *engine.View, p, at string) []string {
	var out []string
	lacks := false
	for i := 1; i < len(p); i++ {
		if p[i] != '/' {
			continue
		}
		dir := p[:i]
		kind, ok := v.Promised(factPath(dir))
		if lacks = lacks || dir != at && !below(at, dir); ok {
			lacks = kind == absent
		}
		if lacks {
			out = append(out, dir)
		}
	}
	return out
}

// promised is what earlier steps of the node will leave at p. Below a directory that a step makes there is what is
// there now; below what a step moves or makes by a command nothing is known.
func promised(v *engine.View, p string) (string, bool) {
	if kind, ok := v.Promised(factPath(p)); ok {
		return kind, true
	}
	for up := path.Dir(p); up != "/"; up = path.Dir(up) {
		switch kind, ok := v.Promised(factPath(up)); {
		case !ok:
		case kind == directory:
			return "", false
		case kind == absent:
			return absent, true
		default:
			return unclear, true
		}
	}
	return "", false
}
