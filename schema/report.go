package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/conf"
	"gopkg.in/yaml.v3"
)

// report collects the diagnostics of one reading.
type report struct {
	docs *docs
	list Diagnostics
	conf *conf.Config // made when the first expression is compiled
}

// at reports a mistake at the whole of a value.
func (r *report) at(n *yaml.Node, code, message, help string) {
	r.add(Error, r.docs.pos(n), r.docs.of(n).width(n), code, message, help)
}

// warn reports what does not refuse the text.
func (r *report) warn(n *yaml.Node, code, message, help string) {
	r.add(Warning, r.docs.pos(n), r.docs.of(n).width(n), code, message, help)
}

// more reads a further text of the same tree.
func (r *report) more(src Source) *document {
	own := &report{}
	doc := parse(src, own)
	r.list = append(r.list, own.list...)
	r.docs.add(doc)
	return doc
}

// where names the place of a node for the reader of another: its line, and
// its file where that is another one.
func (r *report) where(n, reader *yaml.Node) string {
	if r.docs.of(n) == r.docs.of(reader) {
		return fmt.Sprintf("line %d", r.docs.pos(n).Line)
	}
	return r.docs.pos(n).String()
}

// within reports a mistake at characters [from, from+width) of a scalar's
// value, wherever quotes, escapes and folding put them in the text.
func (r *report) within(n *yaml.Node, from, width int, code, message, help string) {
	r.add(Error, r.docs.of(n).locate(n, from), width, code, message, help)
}

// line reports a mistake at a whole line of the main text.
func (r *report) line(line int, code, message, help string) {
	text, doc := "", r.docs.main
	if line >= 1 && line <= len(doc.lines) {
		text = doc.lines[line-1]
	}
	trimmed := strings.TrimLeft(text, " \t")
	col := utf8.RuneCountInString(text) - utf8.RuneCountInString(trimmed) + 1
	width := utf8.RuneCountInString(strings.TrimSpace(trimmed))
	r.add(Error, Pos{File: doc.src.Name, Line: line, Col: col}, width, code, message, help)
}

func (r *report) add(s Severity, pos Pos, width int, code, message, help string) {
	r.list = append(r.list, Diagnostic{
		Pos: pos, Width: max(1, width), Code: code, Severity: s, Message: message, Help: help,
	})
}

// failed reports whether an error was added after the first n entries.
func (r *report) failed(n int) bool { return r.list[n:].HasErrors() }
