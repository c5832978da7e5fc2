package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// otherBraces warns of text that looks like an expression in the braces of
// another language: it would reach the program as it is.
func (d *decoder) otherBraces(n *yaml.Node) {
	if !strings.Contains(n.Value, "{") {
		return
	}
	m := bracesForm().FindStringSubmatchIndex(n.Value)
	if m == nil {
		return
	}
	found, meant := n.Value[m[0]:m[1]], n.Value[m[2]:m[3]]
	root, _, field := strings.Cut(strings.ReplaceAll(meant, "[", "."), ".")
	// Shells have no names with a point in them, but may have ${item}.
	if !slices.Contains(d.scope.names(), root) || !field && strings.HasPrefix(found, "${") {
		return
	}
	d.add(Warning, d.docs.of(n).locate(n, utf8.RuneCountInString(n.Value[:m[0]])), utf8.RuneCountInString(found), codeBraces,
		fmt.Sprintf("%q is text here, no expression", found), "expressions stand in ${{ }}: ${{ "+meant+" }}")
}

// inBraces makes the warning of such a text the mistake that its rule finds: what was meant is told there.
func (d *decoder) inBraces(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode {
		return false
	}
	at, width := d.docs.pos(n), d.docs.of(n).width(n)
	for i := range d.list {
		w := &d.list[i]
		if w.Code != codeBraces || w.Pos.File != at.File || w.Pos.Line != at.Line || w.Pos.Col < at.Col || w.Pos.Col >= at.Col+width {
			continue
		}
		if w.Severity == Warning {
			w.Severity = Error
			d.warnings--
			d.errors++
		}
		d.mistakes++
		return true
	}
	return false
}
