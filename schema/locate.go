package schema

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// pos is where a value begins, after its anchor if it has one.
func (d *document) pos(n *yaml.Node) Pos {
	line, col := d.begin(n)
	return Pos{File: d.src.Name, Line: line, Col: col}
}

func (d *document) begin(n *yaml.Node) (line, col int) {
	switch {
	case n.Line == 0:
		return 1, 1
	case n.Line > len(d.lines): // what is missing at the end of the text
		last := max(1, len(d.lines))
		return last, len(d.runesOf(last)) + 1
	}
	if n.Anchor == "" {
		return n.Line, n.Column
	}
	rest := d.rest(n.Line, n.Column)
	after := 1 + utf8.RuneCountInString(n.Anchor)
	if len(rest) < after || string(rest[:after]) != "&"+n.Anchor {
		return n.Line, n.Column
	}
	for after < len(rest) && isBlank(rest[after]) {
		after++
	}
	if after == len(rest) {
		return n.Line, n.Column
	}
	return n.Line, n.Column + after
}

// rest is the text of a line from a column on.
func (d *document) rest(line, col int) []rune {
	runes := d.runesOf(line)
	if col < 1 || col > len(runes) {
		return nil
	}
	return runes[col-1:]
}

// width is how many characters of its first line a value takes.
func (d *document) width(n *yaml.Node) int {
	line, col := d.begin(n)
	rest := d.rest(line, col)
	switch {
	case n.Kind == yaml.AliasNode:
		return utf8.RuneCountInString(n.Value) + 1
	case n.Kind != yaml.ScalarNode:
		return 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return quotedWidth(rest)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	}
	return plainWidth(rest, []rune(n.Value))
}

// plainWidth is that of a value without quotes; one that goes on in the next
// line ends here with this one.
func plainWidth(rest, value []rune) int {
	if len(value) <= len(rest) && slices.Equal(rest[:len(value)], value) {
		return len(value)
	}
	for len(rest) > 0 && isBlank(rest[len(rest)-1]) {
		rest = rest[:len(rest)-1]
	}
	return len(rest)
}

// quotedWidth counts up to the closing quote, or to the end of the line.
func quotedWidth(rest []rune) int {
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && rest[0] == '"':
			i++
		case rest[i] == rest[0] && rest[0] == '\'' && i+1 < len(rest) && rest[i+1] == '\'':
			i++
		case rest[i] == rest[0]:
			return i + 1
		}
	}
	return len(rest)
}

// locate gives the place of character off of a scalar's value. It walks value
// and text side by side, so quotes, escapes and folded lines do not shift it.
func (d *document) locate(n *yaml.Node, off int) Pos {
	line, col := d.begin(n)
	w := &walker{doc: d, line: line, col: col, style: n.Style}
	w.enter()
	for i, r := range []rune(n.Value) {
		w.align(r)
		if i == off {
			break
		}
		w.consume()
	}
	return Pos{File: d.src.Name, Line: w.line, Col: w.col}
}

// walker is a place in the text that follows the characters of a value.
type walker struct {
	doc       *document
	line, col int
	style     yaml.Style
}

// enter steps over the opening quote or the block header.
func (w *walker) enter() {
	switch {
	case w.style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		w.col++
	case w.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		w.line, w.col = w.line+1, 1
	}
}

// peek is the character here; a line's end reads as a newline.
func (w *walker) peek() rune {
	if rest := w.doc.rest(w.line, w.col); len(rest) > 0 {
		return rest[0]
	}
	return '\n'
}

// align skips the blanks that folding and indentation put before r.
func (w *walker) align(r rune) {
	if unicode.IsSpace(r) {
		return
	}
	for w.line <= len(w.doc.lines) && unicode.IsSpace(w.peek()) {
		w.advance(1)
	}
}

// consume steps over the text of one character of the value.
func (w *walker) consume() {
	switch r := w.peek(); {
	case r == '\\' && w.style&yaml.DoubleQuotedStyle != 0:
		w.advance(escapeWidth(w.doc.rest(w.line, w.col)))
	case r == '\'' && w.style&yaml.SingleQuotedStyle != 0:
		w.advance(2)
	default:
		w.advance(1)
	}
}

func (w *walker) advance(n int) {
	if w.peek() == '\n' {
		w.line, w.col = w.line+1, 1
		return
	}
	w.col += n
}

// escapeWidth is the length of a double-quoted escape.
func escapeWidth(rest []rune) int {
	if len(rest) < 2 {
		return 1
	}
	switch rest[1] {
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}
