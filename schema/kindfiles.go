package schema

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"unicode/utf8"
)

// kindFiles refuses a name that is declared twice: nobody could tell which of
// the two a step means.
func (l *loader) kindFiles() {
	seen := map[string]string{}
	for _, src := range l.sources.Kinds {
		name := nameOf(src)
		other := seen[name]
		if _, built := l.kinds[name]; built {
			other = "this build"
		}
		if other != "" {
			at, width := kindAt(src)
			l.add(Error, at, width, codeKindFile, fmt.Sprintf("kind %q is declared in %s, too", name, other), "give the kind and its file another name")
		}
		seen[name] = src.Name
	}
}

// kindAt is where a text says the name of its kind, before it is read.
func kindAt(src Source) (Pos, int) {
	m := kindForm().FindSubmatchIndex(src.Data)
	if m == nil {
		return Pos{File: src.Name, Line: 1, Col: 1}, 1
	}
	above := src.Data[:m[2]]
	line := above[bytes.LastIndexByte(above, '\n')+1:]
	return Pos{File: src.Name, Line: 1 + bytes.Count(above, []byte("\n")), Col: 1 + utf8.RuneCount(line)}, m[3] - m[2]
}

var kindForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^kind[ \t]*:[ \t]*["']?([\w.-]+)`) })

// kind is the kind of that name; a composite one is read when it is first
// asked for. ok is false where there is none.
func (l *loader) kind(name string) (k Kind, ok bool) {
	if k, ok = l.kinds[name]; ok {
		return k, true
	}
	i := slices.IndexFunc(l.sources.Kinds, func(s Source) bool { return nameOf(s) == name })
	if i < 0 {
		return Kind{}, false
	}
	l.kinds[name] = Kind{Name: name} // while it is read: it may ask for itself
	k = l.composite(l.sources.Kinds[i])
	l.kinds[name] = k
	l.book.Sources.Kinds = append(l.book.Sources.Kinds, l.sources.Kinds[i])
	return k, true
}

// kindNames are the names that a step may use.
func (l *loader) kindNames() []string {
	names := kindNames(l.kinds)
	for _, src := range l.sources.Kinds {
		if name := nameOf(src); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
