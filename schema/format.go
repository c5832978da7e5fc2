package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Format gives a runbook, a site file or another text of the language in its
// one layout: two blanks of indentation, the keys of a declaration in its
// order, one-line flow values where they fit, every comment kept. It changes
// no meaning: the tree of the result is compared with that of the text, and a
// difference is an error diagnostic. A text that is not YAML, or holds what
// the language refuses in any text, comes back as diagnostics alone.
func Format(src Source) ([]byte, Diagnostics) {
	r := &report{}
	src.Data = bytes.TrimPrefix(src.Data, []byte("\ufeff"))
	doc := parseAsWritten(src, r)
	doc.exposed(r)
	if doc.root == nil || r.list.HasErrors() {
		return nil, r.list.sorted()
	}
	shape, ok := shapeOfText(doc.root)
	if !ok {
		r.at(doc.root, codeShape, "not a text of tidemark", suggest("", "its first key is one of", firstKeys()))
		return nil, r.list
	}
	r.plainKeys(doc.root)
	if r.list.HasErrors() {
		return nil, r.list.sorted()
	}
	l := newLayout(doc, shape)
	out := l.print()
	if lost := l.lost(out); lost != "" {
		doc.line(r, 1, codeShape, "this text cannot be formatted without a change: "+lost, "nothing was written; say so to the maintainers, with the text")
		return nil, r.list
	}
	return out, nil
}

// plainKeys refuses mappings whose keys cannot be put in another order.
func (r *report) plainKeys(n *yaml.Node) {
	seen := map[string]bool{}
	for i, c := range n.Content {
		r.plainKeys(c)
		switch {
		case n.Kind != yaml.MappingNode || i%2 == 1:
		case c.Kind != yaml.ScalarNode:
			r.at(c, codeShape, "a key is plain text", "")
		case seen[c.Value]:
			r.at(c, codeDuplicateKey, fmt.Sprintf("duplicate key %q", c.Value), "")
		default:
			seen[c.Value] = true
		}
	}
}

// lost says what a formatted text has lost, "" when nothing.
func (l *layout) lost(out []byte) string {
	r := &report{}
	again := parseAsWritten(Source{Name: l.doc.src.Name, Data: out}, r)
	if again.root == nil || r.list.HasErrors() {
		return "the result is not YAML: " + r.list.Error()
	}
	if at := unlike(l.doc.root, again.root); at != nil {
		return fmt.Sprintf("the value at line %d", at.Line)
	}
	before, after := l.commentTexts(), newLayout(again, l.shape).commentTexts()
	if !slices.Equal(before, after) {
		return "a comment"
	}
	return ""
}

// unlike finds the first value of a that is another in b; the keys of a
// mapping may have another order.
func unlike(a, b *yaml.Node) *yaml.Node {
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return a
	}
	for i, c := range a.Content {
		other := b.Content[i]
		if a.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			if other = valueOf(b, a.Content[i-1].Value); other == nil {
				return a.Content[i-1]
			}
		}
		if at := unlike(c, other); at != nil {
			return at
		}
	}
	return nil
}

// commentTexts are all comments, sorted.
func (l *layout) commentTexts() []string {
	var out []string
	for _, c := range l.remarks {
		out = append(out, strings.TrimRight(c.text, " \t"))
	}
	slices.Sort(out)
	return out
}
