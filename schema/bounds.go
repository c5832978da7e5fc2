package schema

import (
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
	return w.measured(n, depth)
}

// measured is the size of a value with all that is below it; that of an anchor is kept for its aliases.
func (w *bounds) measured(n *yaml.Node, depth int) size {
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

// zero refuses what no argument of a program and no file name can hold, also
// where an escape stands for it.
func (w *bounds) zero(n *yaml.Node) {
	if before, _, found := strings.Cut(n.Value, "\x00"); found {
		at := w.doc.locate(n, utf8.RuneCountInString(before))
		w.r.add(Error, at, 2, codeCharacter, "a NUL character", "no argument of a program and no file name can hold it: remove it")
	}
}
