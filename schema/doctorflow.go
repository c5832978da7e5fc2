package schema

import (
	"fmt"
	"strings"
)

// bracket is an open [ or {.
type bracket struct {
	line, col int
	open      rune
	empty     bool // no value since the last comma
	valued    bool // the value of the entry is at its end
	colon     bool // the entry has had its colon
}

// flow reads a value in brackets, over lines if it must.
func (d *doctor) flow() {
	line := d.line
	d.inFlow = true
	defer func() { d.inFlow = false }()
	open := []bracket{d.bracket()}
	for d.i++; len(open) > 0 && !d.found; {
		d.skip()
		if d.ends() {
			if d.next(); d.line > len(d.doc.lines) {
				d.unopened(open[len(open)-1])
				return
			}
			continue
		}
		open = d.token(open)
	}
	d.hold(complete)
	if d.skip(); d.found || d.ends() {
		return
	}
	if d.line == line || d.rest()[0] != ':' {
		d.here(len(d.rest()), codeQuote, "text behind the closing bracket", "put the whole value in quotes")
	}
}

func (d *doctor) bracket() bracket {
	return bracket{line: d.line, col: d.i, open: d.rest()[0], empty: true}
}

func (d *doctor) unopened(b bracket) {
	d.mistake(b.line, b.col, 1, codeOpen, fmt.Sprintf("this %c is not closed", b.open), fmt.Sprintf("add the %c it needs", closes(b.open)))
}

func closes(open rune) rune {
	if open == '[' {
		return ']'
	}
	return '}'
}

// token reads one token between brackets.
func (d *doctor) token(open []bracket) []bracket {
	in := &open[len(open)-1]
	switch c := d.rest()[0]; {
	case c == ']' || c == '}':
		return d.closeBracket(open, c)
	case c == ',':
		if in.empty {
			d.here(1, codeSyntax, "a comma without a value before it", "remove it, or write \"\" for empty text")
		}
		*in = bracket{line: in.line, col: in.col, open: in.open, empty: true}
		d.i++
	case c == ':' && (in.valued || d.marks(':')):
		if in.colon {
			d.blame(in, 1, codeQuote, "a second colon in one entry", "put a comma between the entries, or quotes around the text")
		}
		in.valued, in.colon, in.empty = false, true, false
		d.i++
	case in.valued && d.i > 0 && (d.runes[d.i-1] == '\'' || d.runes[d.i-1] == '"'):
		d.here(1, codeQuote, "text behind the closing quote", behindQuote(d.runes[d.i-1]))
	case in.valued:
		d.blame(in, 1, codeSyntax, "no comma before this value", "part the entries with commas")
	case c == '[' || c == '{':
		in.valued, in.empty = true, false
		open = append(open, d.bracket())
		d.i++
	default:
		in.valued, in.empty = true, false
		d.single(in, c)
	}
	return open
}

// blame reports here, or that the bracket is not closed when it was opened on
// a line above: the line here then belongs to something else.
func (d *doctor) blame(in *bracket, width int, code, message, help string) {
	if in.line != d.line {
		d.unopened(*in)
		return
	}
	d.here(width, code, message, help)
}

func (d *doctor) closeBracket(open []bracket, c rune) []bracket {
	in := open[len(open)-1]
	if closes(in.open) != c {
		d.here(1, codeOpen, fmt.Sprintf("%c where %c is due: the %c of line %d, column %d is still open", c, closes(in.open), in.open, in.line, in.col+1),
			fmt.Sprintf("add %c, or remove one of the two", closes(in.open)))
	}
	d.i++
	return open[:len(open)-1]
}

// single reads a value that is no bracket.
func (d *doctor) single(in *bracket, c rune) {
	switch c {
	case '"', '\'':
		d.closeQuote()
	case '&', '*':
		d.reference(c)
		in.valued = c == '*'
	case '!':
		for d.i < len(d.runes) && !isBlank(d.runes[d.i]) && !strings.ContainsRune(",[]{}", d.runes[d.i]) {
			d.i++
		}
		in.valued = false
	case '@', '`', '%', '|', '>':
		d.here(1, codeQuote, fmt.Sprintf("a value cannot begin with %c", c), "put it in quotes")
	default:
		d.flowPlain(in)
	}
}
