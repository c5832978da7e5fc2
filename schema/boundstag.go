package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// tag refuses what the YAML core schema does not have.
func (w *bounds) tag(n *yaml.Node) {
	switch tag := n.ShortTag(); {
	case n.Kind == yaml.DocumentNode, n.Kind == yaml.AliasNode:
	case tag == "!!merge":
		w.doc.at(w.r, n, codeTag, "merge keys are not part of the language", "write the keys out, or use an alias for a whole value")
	default:
		w.written(n)
	}
}

// written refuses a tag by its text, as a lone ! leaves no trace in the tree.
func (w *bounds) written(n *yaml.Node) {
	const help = "remove the tag; quote the value if it is text"
	tagged := n.Style&yaml.TaggedStyle != 0
	switch text := w.doc.tagAt(n); {
	case text != "" && (tagged || n.Kind == yaml.ScalarNode || n.Style&yaml.FlowStyle != 0): // a block mapping begins at its first key
		w.r.add(Error, w.doc.pos(n), utf8.RuneCountInString(text), codeTag, fmt.Sprintf("tag %s: tags are not part of the language", text), help)
	case tagged:
		w.doc.at(w.r, n, codeTag, fmt.Sprintf("tag %s: tags are not part of the language", n.Tag), help)
	}
}

// tagAt is the tag with which a value begins, "" where it has none there.
func (d *document) tagAt(n *yaml.Node) string {
	line, col := d.begin(n)
	rest := d.rest(line, col)
	if len(rest) == 0 || rest[0] != '!' {
		return ""
	}
	end := 1
	for end < len(rest) && !isBlank(rest[end]) && (rest[1] == '<' || !strings.ContainsRune(",[]{}", rest[end])) {
		end++
	}
	return string(rest[:end])
}
