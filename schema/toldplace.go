package schema

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// spotOf is where a mistake in a value is told. What an alias brings is told at
// the alias, where it is due, and the value itself is the second place; told is
// true where the one or the other has the mistake already.
func (r *report) spotOf(n *yaml.Node, code string) (at Pos, width int, second string, told bool) {
	alias := r.docs.used(n)
	at, width = r.docs.pos(alias), r.docs.of(alias).width(alias)
	if alias == n {
		return at, width, "", r.explained(at, width, code)
	}
	second = broughtBy(alias, r.shown(n))
	return at, width, second, r.has(at, code) || r.has(r.docs.pos(n), code) || r.explained(r.docs.pos(n), 1, code)
}

// broughtBy is the second place of a mistake that is told at an alias.
func broughtBy(alias *yaml.Node, shown string) string {
	return fmt.Sprintf("\n*%s brings it from\n%s", alias.Value, shown)
}

// has reports whether a mistake of that code is told at a place.
func (r *report) has(at Pos, code string) bool {
	return slices.ContainsFunc(r.list, func(d Diagnostic) bool { return d.Code == code && d.Pos == at })
}

// explained reports a mistake that another one at the same value explains: what
// is wrong with a value that nobody can see, that has a tag or is no value but a
// secret, is not known before that is mended.
func (r *report) explained(at Pos, width int, code string) bool {
	return slices.ContainsFunc(r.list, func(d Diagnostic) bool {
		if d.Pos.File != at.File || d.Pos.Line != at.Line {
			return false
		}
		switch d.Code {
		case codeCharacter:
			return at.Col <= d.Pos.Col && d.Pos.Col < at.Col+width
		case codeTag:
			return d.Pos.Col == at.Col && slices.Contains([]string{codeType, codeShape, codeDuration, codeSize, codeMode, codeEnum, codeCheck}, code)
		case codeExposed:
			return d.Pos.Col == at.Col && (code == codeType || code == codeShape)
		}
		return false
	})
}
