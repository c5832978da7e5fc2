package schema

import (
	"fmt"
	"unicode/utf8"
)

// TopKey gives the text under a top key of a file, and where it stands: to
// find what belongs together before anything is loaded. It is "" for a key
// that is absent, and for what is no YAML, which loading reports.
func TopKey(src Source, key string) (value string, at Pos) {
	doc := parse(src, &report{})
	n := valueOf(doc.root, key)
	if n == nil {
		return "", Pos{File: src.Name, Line: 1, Col: 1}
	}
	return n.Value, doc.pos(n)
}

// NoRunbook is the mistake of an overlay of a runbook that is not known.
func NoRunbook(name string, at Pos, known []string) Diagnostic {
	return Diagnostic{
		Pos: at, Width: max(1, utf8.RuneCountInString(name)), Code: codeTarget,
		Message: fmt.Sprintf("there is no runbook %q", name), Help: suggest(name, "there are", known),
	}
}
