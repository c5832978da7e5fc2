package schema

import (
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// scalar measures a scalar or alias, with its anchor.
func (l *layout) scalar(n *yaml.Node) extent {
	from := l.begin(n)
	switch {
	case n.Kind == yaml.AliasNode:
		return extent{from, from + 1 + len([]rune(n.Value))}
	case absent(n):
		return extent{from, from}
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return extent{from, from + quotedWidth(l.text[from:])}
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return extent{from, l.blockEnd(n, from)}
	}
	return extent{from, l.plainEnd(n, from)}
}

// absent tells a value of which nothing is written.
func absent(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.FlowStyle == 0
}

// plainEnd follows a plain scalar, which may go over several lines.
func (l *layout) plainEnd(n *yaml.Node, off int) int {
	for _, r := range n.Value {
		if unicode.IsSpace(r) {
			continue
		}
		for off < len(l.text) && l.text[off] != r {
			off++
		}
		off++
	}
	return min(off, len(l.text))
}

// blockEnd is the end of the last line of a block scalar. Blank lines behind
// it belong to it only where it keeps them, or where they are indented
// further: then their blanks are text.
func (l *layout) blockEnd(n *yaml.Node, from int) int {
	indent := l.blockIndent(n, from)
	last := l.line(from)
	for i := last + 1; i < len(l.doc.lines); i++ {
		line := l.lineText(i)
		text := strings.TrimLeft(line, " ")
		blank := text == "" && (indent < 0 || len(line) <= indent)
		if !blank && (indent < 0 || len(line)-len(text) < indent) {
			break
		}
		if !blank || l.keeps(from) && i < len(l.doc.lines)-1 {
			last = i
		}
	}
	return l.starts[last] + len([]rune(l.lineText(last)))
}

// blockIndent is the indentation that is no part of a block scalar's text;
// -1 where it has no text.
func (l *layout) blockIndent(n *yaml.Node, from int) int {
	inner, ok := firstIndent(strings.Split(n.Value, "\n"))
	if !ok {
		return -1
	}
	outer, _ := firstIndent(l.doc.lines[min(l.line(from)+1, len(l.doc.lines)):])
	return outer - inner
}

// firstIndent is the indentation of the first line that is not blank.
func firstIndent(lines []string) (int, bool) {
	for _, line := range lines {
		if text := strings.TrimLeft(line, " "); text != "" {
			return len(line) - len(text), true
		}
	}
	return 0, false
}

// header is the sign of a block scalar with its indicators.
func (l *layout) blockHeader(from int) string {
	to := from
	for strings.ContainsRune("|>+-0123456789", l.at(to)) {
		to++
	}
	return string(l.text[from:to])
}

func (l *layout) keeps(from int) bool { return strings.Contains(l.blockHeader(from), "+") }

// raw is the text of a scalar as it is written, without its anchor.
func (l *layout) raw(n *yaml.Node) string {
	e := l.scalar(n)
	return string(l.text[e.from:e.to])
}

// several tells a scalar that is written over more than one line.
func (l *layout) several(n *yaml.Node) bool { return strings.Contains(l.raw(n), "\n") || l.isBlock(n) }

func (l *layout) isBlock(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
}
