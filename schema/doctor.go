package schema

import (
	"fmt"
	"slices"
	"strings"
)

// doctor reads a text that is not YAML the way a person would, line by line,
// and stops at the first frequent mistake. It need not know all of YAML: what
// it does not understand it leaves to the library's own words.
type doctor struct {
	doc     *document
	report  *report
	line    int    // from 1
	runes   []rune // of the line
	i       int    // the next character, from 0
	levels  []level
	block   int // indentation of the block scalar being passed, 0 before its first line
	anchors []string
	inFlow  bool // between brackets, where , ] and } end a text
	found   bool
}

func newDoctor(d *document, r *report) *doctor { return &doctor{doc: d, report: r} }

// look reports the first mistake it understands; false when there is none.
func (d *doctor) look() bool {
	for d.next(); d.line <= len(d.doc.lines) && !d.found; d.next() {
		if !d.inBlock() {
			d.entries()
		}
	}
	return d.found
}

// next goes to the beginning of the next line.
func (d *doctor) next() {
	d.line++
	d.runes, d.i = d.doc.runesOf(d.line), 0
}

// mistake reports width characters from column col (from 0) of a line.
func (d *doctor) mistake(line, col, width int, code, message, help string) {
	if !d.found {
		d.report.add(Error, Pos{File: d.doc.src.Name, Line: line, Col: col + 1}, width, code, message, help)
	}
	d.found = true
}

func (d *doctor) here(width int, code, message, help string) {
	d.mistake(d.line, d.i, width, code, message, help)
}

// skip steps over blanks.
func (d *doctor) skip() {
	for d.i < len(d.runes) && isBlank(d.runes[d.i]) {
		d.i++
	}
}

// rest is what is left of the line.
func (d *doctor) rest() []rune { return d.runes[min(d.i, len(d.runes)):] }

// ends reports whether nothing but a comment is left of the line.
func (d *doctor) ends() bool {
	rest := d.rest()
	return len(rest) == 0 || rest[0] == '#' && (d.i == 0 || isBlank(d.runes[d.i-1]))
}

// inBlock reports whether the line belongs to a block scalar above.
func (d *doctor) inBlock() bool {
	top, indent := d.top(), d.indent()
	switch {
	case top == nil || top.last != blockText:
		return false
	case strings.TrimSpace(string(d.runes)) == "":
		return true
	case indent <= top.col:
		return false
	case d.block == 0:
		d.block = indent
	case indent < d.block:
		d.i = indent
		d.here(1, codeIndent, fmt.Sprintf("indented by %d, less than the text of line %d, which is not at its end", indent, top.line),
			fmt.Sprintf("indent it by %d to belong to the text, by %d to end it", d.block, top.col))
	}
	return true
}

func (d *doctor) indent() int {
	i := slices.IndexFunc(d.runes, func(r rune) bool { return r != ' ' })
	if i < 0 {
		return len(d.runes)
	}
	return i
}

// entries reads one line: `- ` and `key:` that begin entries, and the value of
// the last of them.
func (d *doctor) entries() {
	d.i = d.indent()
	if d.indentation(); d.found || d.ends() {
		return
	}
	if d.i == 0 && (d.runes[0] == '%' || strings.HasPrefix(string(d.runes), "---") || strings.HasPrefix(string(d.runes), "...")) {
		d.directive()
		return
	}
	for !d.found {
		switch {
		case d.marks('-'):
			d.entry(true)
			d.i++
			if d.skip(); d.ends() {
				return
			}
		case d.key():
			if d.skip(); d.ends() {
				return
			}
			d.value()
			return
		default:
			d.text()
			return
		}
	}
}

// indentation reports what looks like spaces and is none.
func (d *doctor) indentation() {
	if d.i == len(d.runes) || strings.TrimSpace(string(d.runes)) == "" {
		return
	}
	switch c := d.runes[d.i]; {
	case c == '\t':
		end := d.i
		for end < len(d.runes) && isBlank(d.runes[end]) {
			end++
		}
		d.here(end-d.i, codeTab, "a tab in the indentation", "indent with spaces; most editors can do so when the tab key is pressed")
	case isOddSpace(c):
		d.here(1, codeTab, fmt.Sprintf("%U in the indentation looks like a space and is none", c), "indent with plain spaces")
	}
}

func isOddSpace(c rune) bool {
	return c == 0xa0 || c >= 0x2000 && c <= 0x200a || c == 0x202f || c == 0x3000
}

func (d *doctor) directive() {
	if d.runes[0] == '%' {
		d.here(len(d.runes), codeSyntax, "a YAML directive: they are not part of the language", "remove the line")
	}
	d.levels = nil
}

// marks reports whether the indicator stands here, followed by a space.
func (d *doctor) marks(c rune) bool {
	rest := d.rest()
	return len(rest) > 0 && rest[0] == c && (len(rest) == 1 || isBlank(rest[1]))
}
