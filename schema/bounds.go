package schema

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of one text; they bound the work a hostile one can cause.
const (
	maxBytes   = 1 << 20
	maxDepth   = 50
	maxAliases = 100     // and as many anchors
	maxNodes   = 100_000 // keys and values, aliases expanded
	maxAliased = 20_000  // of those, what aliases bring: they cost their writer nothing
)

// sized looks for what would cost the YAML library more than the text is
// worth, before it gets it: it is quadratic in depth, and a node takes a
// hundred times the bytes it is written with. Marks inside text count as well,
// so the bounds here are wider than those of bounded.
func (d *document) sized(r *report) bool {
	if line := tooDeep(d.src.Data); line > 0 {
		d.line(r, line, codeTooLarge, fmt.Sprintf("nested deeper than %d levels", maxDepth), "")
		return false
	}
	if tooMany(d.src.Data) {
		d.line(r, 1, codeTooLarge, fmt.Sprintf("more than %d keys and values", maxNodes), "split the runbook, or keep data in files of its own")
		return false
	}
	return true
}

// tooDeep gives the line where brackets or list marks nest beyond the limit.
func tooDeep(data []byte) int {
	depth, marks, line := 0, 0, 1
	for i, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			line++
			marks = 0
		case '-', '?':
			if i+1 < len(data) && data[i+1] == ' ' {
				marks++
			}
		case ' ':
		default:
			marks = 0
		}
		if depth > 10*maxDepth || marks > 10*maxDepth {
			return line
		}
	}
	return 0
}

// tooMany counts what keys and values are parted by.
func tooMany(data []byte) bool {
	count := 0
	for _, mark := range []string{"\n", ",", "[", "{", ": ", ":\n", "- ", "? ", "#"} {
		count += bytes.Count(data, []byte(mark))
	}
	return count > maxNodes*3/2
}

// bounded checks depth, aliases and their expansion, and custom tags.
func (d *document) bounded(doc *yaml.Node, r *report) bool {
	w := &bounds{doc: d, r: r, sizes: map[*yaml.Node]size{}}
	w.visit(doc, 0)
	return !w.stop
}

// bounds walks the tree once; sizes holds how large each anchor expands.
type bounds struct {
	doc     *document
	r       *report
	sizes   map[*yaml.Node]size
	aliases int
	anchors int
	seen    int // keys and values so far, aliases not expanded
	stop    bool
}

// size is what a value takes once its aliases are expanded.
type size struct {
	bytes, nodes int
	height       int // levels below
}

func (s *size) add(other size, level int) {
	s.bytes += other.bytes
	s.nodes += other.nodes
	s.height = max(s.height, other.height+level)
}

// visiting marks an anchor whose value is not at its end yet.
const visiting = -1

func (w *bounds) visit(n *yaml.Node, depth int) size {
	if w.stop {
		return size{}
	}
	if known, seen := w.sizes[n]; seen {
		if known.nodes == visiting {
			w.refuse(n, "an anchor that contains itself", "an alias stands behind the value it names, never inside it")
		}
		return known
	}
	if depth > maxDepth {
		w.refuse(n, fmt.Sprintf("nested deeper than %d levels", maxDepth), "")
		return size{}
	}
	w.seen++
	w.tag(n)
	w.zero(n)
	w.counted(n)
	if n.Anchor != "" {
		w.sizes[n] = size{nodes: visiting}
	}
	out := size{bytes: len(n.Value) + 1, nodes: 1}
	if n.Kind == yaml.AliasNode {
		out.add(w.visit(n.Alias, depth), 0)
	}
	for _, c := range n.Content {
		out.add(w.visit(c, depth+1), 1)
	}
	if n.Anchor != "" {
		w.sizes[n] = out
	}
	w.fits(n, out, depth)
	return out
}

// counted refuses more aliases and anchors than a person writes.
func (w *bounds) counted(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		if w.aliases++; w.aliases > maxAliases {
			w.refuse(n, fmt.Sprintf("more than %d aliases", maxAliases), "use an input, a var or for-each for what repeats")
		}
	}
	if n.Anchor != "" {
		if w.anchors++; w.anchors > maxAliases {
			w.refuse(n, fmt.Sprintf("more than %d anchors", maxAliases), "use an input, a var or for-each for what repeats")
		}
	}
}

func (w *bounds) fits(n *yaml.Node, s size, depth int) {
	switch {
	case depth+s.height > maxDepth:
		w.refuse(n, fmt.Sprintf("nested deeper than %d levels, with all aliases expanded", maxDepth), "")
	case s.bytes > maxBytes:
		w.refuse(n, fmt.Sprintf("the aliases expand to more than %d bytes", maxBytes), "")
	case s.nodes-w.seen > maxAliased:
		w.refuse(n, fmt.Sprintf("the aliases bring more than %d keys and values", maxAliased), "use a var or for-each for what repeats")
	case s.nodes > maxNodes:
		w.refuse(n, fmt.Sprintf("more than %d keys and values, with all aliases expanded", maxNodes), "")
	}
}

// refuse ends the walk: the first of these mistakes is enough.
func (w *bounds) refuse(n *yaml.Node, message, help string) {
	if !w.stop {
		w.doc.at(w.r, n, codeTooLarge, message, help)
	}
	w.stop = true
}

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

// zero refuses what no argument of a program and no file name can hold, also
// where an escape stands for it.
func (w *bounds) zero(n *yaml.Node) {
	if before, _, found := strings.Cut(n.Value, "\x00"); found {
		at := w.doc.locate(n, utf8.RuneCountInString(before))
		w.r.add(Error, at, 2, codeCharacter, "a NUL character", "no argument of a program and no file name can hold it: remove it")
	}
}
