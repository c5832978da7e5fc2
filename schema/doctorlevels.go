package schema

import (
	"fmt"
	"slices"
	"strings"
)

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

// top is the innermost open level, nil before the first.
func (d *doctor) top() *level {
	if len(d.levels) == 0 {
		return nil
	}
	return &d.levels[len(d.levels)-1]
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
	if d.joined(top) {
		return
	}
	if d.runes[d.i] == '-' {
		d.here(1, codeIndent, fmt.Sprintf("this list item is indented deeper than line %d, which has its value already", top.line), d.outTo(top))
		return
	}
	message := fmt.Sprintf("indented deeper than line %d, which has its value already", top.line)
	d.here(1, codeIndent, message, fmt.Sprintf("indent it by %d to stand beside it, or leave the value of line %d empty", top.col, top.line))
}

// outTo says how far out the item of a list above is.
func (d *doctor) outTo(top *level) string {
	for i := len(d.levels) - 1; i >= 0; i-- {
		if d.levels[i].list {
			return fmt.Sprintf("indent it by %d: out, to stand under the items before it", d.levels[i].col)
		}
	}
	return fmt.Sprintf("a list stands under a key with nothing behind its colon: leave the value of line %d empty", top.line)
}

// joined reports whether the entry above has a value only because no space
// parts it from its dash or its colon.
func (d *doctor) joined(top *level) bool {
	runes := d.doc.runesOf(top.line)
	col := top.col
	if rest := string(runes[col:]); strings.HasPrefix(rest, "-") && len(rest) > 1 && !isBlank(runes[col+1]) {
		d.mistake(top.line, col, 1, codeSpace, "no space after the dash", "write - "+rest[1:])
		return true
	}
	for top.list && col < len(runes) && (runes[col] == '-' || isBlank(runes[col])) {
		col++
	}
	rest := string(runes[col:])
	if m := noSpaceForm().FindStringSubmatchIndex(rest); m != nil {
		d.mistake(top.line, col+m[3], 1, codeSpace, "no space after the colon", "write "+rest[:m[3]]+": "+rest[m[3]+1:])
		return true
	}
	return false
}

// hold notes what the last entry holds.
func (d *doctor) hold(v value) {
	if top := d.top(); top != nil {
		top.last = v
	}
}
