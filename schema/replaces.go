package schema

import (
	"fmt"
	"unicode/utf8"
)

// Replaces gives what stands under `replaces:` in a runbook's text, and where;
// "" when it replaces none, or is no YAML, which Load reports.
func Replaces(src Source) (name string, at Pos) {
	r := &report{}
	doc := parse(src, r)
	n := valueOf(doc.root, "replaces")
	if n == nil {
		return "", Pos{}
	}
	return n.Value, doc.pos(n)
}

// Overlays gives the name of the runbook that an overlay changes, and where it
// says so; "" when it says nothing.
func Overlays(src Source) (name string, at Pos) {
	doc := parse(src, &report{})
	n := valueOf(doc.root, "of")
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
