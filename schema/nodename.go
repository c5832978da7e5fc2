package schema

import (
	"fmt"
	"regexp"
	"sync"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// nodeAccess is a node's name with a hyphen behind `nodes.`; strings are passed over.
var nodeAccess = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|[.\\w]nodes|nodes\\.(\\w+(?:-\\w+)+)")
})

// hyphenNode reports `nodes.vellum-1`, which would subtract, or is no expression
// at all: a node is the one thing that is rightly called so.
func (r *report) hyphenNode(n *yaml.Node, off int, text string) bool {
	for _, m := range nodeAccess().FindAllStringSubmatchIndex(text, -1) {
		if m[2] < 0 {
			continue
		}
		name, quote := text[m[2]:m[3]], `"`
		if n.Style&yaml.DoubleQuotedStyle != 0 {
			quote = "'"
		}
		r.within(n, off+utf8.RuneCountInString(text[:m[2]]), len(name), codeHyphen,
			fmt.Sprintf("%q is no name behind a dot: its hyphen subtracts", name),
			"write the node's name in brackets and quotes: nodes["+quote+name+quote+"]")
		return true
	}
	return false
}
