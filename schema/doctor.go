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

// level is a list or mapping that is open at a line.
type level struct {
	col  int // where its entries begin, from 0
	list bool
	last value // what its last entry holds so far
	line int   // of the last entry
}

// value is what an entry holds on the line where it begins.
type value int

const (
	nothing   value = iota // the value follows on the next lines
	openText               // text that may go on in deeper lines
	blockText              // a block scalar
	complete
)

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

// top is the innermost open level, nil before the first.
func (d *doctor) top() *level {
	if len(d.levels) == 0 {
		return nil
	}
	return &d.levels[len(d.levels)-1]
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

// entry places an entry among the open levels.
func (d *doctor) entry(list bool) {
	col, deeper := d.i, d.close(d.i)
	top := d.top()
	switch {
	case top == nil && len(deeper) > 0:
		d.misfit(deeper, list)
	case top == nil:
	case top.col == col && top.list == list:
		top.last, top.line = nothing, d.line
		return
	case top.col == col && top.list:
		d.leaveList(list)
		return
	case top.col == col && top.last != nothing:
		d.here(1, codeIndent, fmt.Sprintf("a list item among keys; line %d has its value already", top.line), "indent the item deeper than the key it belongs to")
	case top.col < col && len(deeper) > 0:
		d.misfit(append(deeper, top.col), list)
	case top.col < col && top.last != nothing:
		d.tooFar(top)
	}
	if top = d.top(); top != nil {
		top.last = complete
	}
	d.levels = append(d.levels, level{col: col, list: list, line: d.line})
}

// close ends the levels that begin right of col, and gives their columns.
func (d *doctor) close(col int) (deeper []int) {
	for top := d.top(); top != nil && top.col > col; top = d.top() {
		deeper = append(deeper, top.col)
		d.levels = d.levels[:len(d.levels)-1]
	}
	return deeper
}

// leaveList is a key at the column of the list above: that list stood at the
// column of its own key, or the key is missing its dash.
func (d *doctor) leaveList(list bool) {
	under := len(d.levels) - 2
	if under >= 0 && d.levels[under].col == d.i && !d.levels[under].list {
		d.levels = d.levels[:under+1]
		d.top().last, d.top().line = nothing, d.line
		return
	}
	if d.rest()[0] == '-' {
		d.unkeyed()
		return
	}
	d.here(1, codeIndent, "a key at the column of the list items above", "begin it with - or indent it below the item it belongs to")
}

func (d *doctor) misfit(columns []int, list bool) {
	slices.Sort(columns)
	var words []string
	for _, c := range slices.Compact(columns) {
		words = append(words, fmt.Sprint(c))
	}
	what := "key"
	if list {
		what = "list item"
	}
	d.here(1, codeIndent, fmt.Sprintf("this %s is indented by %d, which fits no line above", what, d.i),
		"the lines above are indented by "+strings.Join(words, " or "))
}

func (d *doctor) tooFar(top *level) {
	message := fmt.Sprintf("indented deeper than line %d, which has its value already", top.line)
	d.here(1, codeIndent, message, fmt.Sprintf("indent it by %d to stand beside it, or leave the value of line %d empty", top.col, top.line))
}
