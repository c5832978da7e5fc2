package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/conf"
	"gopkg.in/yaml.v3"
)

// report collects the diagnostics of one reading.
type report struct {
	docs *docs
	list Diagnostics
	conf *conf.Config // made when the first expression is compiled

	declared map[reflect.Type][]field // what was read of declarations so far

	errors, warnings int // in list
	mistakes         int // errors, with those that another one explains

	patterns patterns // of its expressions

	asks, kindsTold bool // asks: a condition is read, and no other expression; kindsTold: the list of kinds is told

	secrets []string // found written out: no message quotes them
}

// maxReported bounds the errors of one reading, and the warnings.
const maxReported = 200

// at reports a mistake at the whole of a value.
func (r *report) at(n *yaml.Node, code, message, help string) {
	r.value(Error, n, code, message, help)
}

// warn reports what does not refuse the text.
func (r *report) warn(n *yaml.Node, code, message, help string) {
	r.value(Warning, n, code, message, help)
}

// value reports a mistake at the whole of a value, once.
func (r *report) value(s Severity, n *yaml.Node, code, message, help string) {
	if r.full() {
		return
	}
	at, width, second, told := r.spotOf(n, code)
	if told {
		r.mistakes++
		return
	}
	r.add(s, at, width, code, message, cmp.Or(help, usualHelp(code))+second)
}

// more reads a further text of the same tree.
func (r *report) more(src Source) *document {
	own := &report{errors: r.errors, warnings: r.warnings, secrets: r.secrets}
	doc := parse(src, own)
	r.list = append(r.list, own.list...)
	r.errors, r.warnings, r.secrets = own.errors, own.warnings, own.secrets
	r.mistakes += own.mistakes
	r.docs.add(doc)
	return doc
}

// where names the place of a node for the reader of another: its line, and
// its file where that is another one.
func (r *report) where(n, reader *yaml.Node) string {
	at, from := r.docs.pos(n), r.docs.pos(reader)
	switch {
	case r.docs.of(n) != r.docs.of(reader):
		return at.String()
	case at.Line == from.Line:
		return fmt.Sprintf("column %d of this line", at.Col)
	}
	return fmt.Sprintf("line %d", at.Line)
}

// twice reports what stands twice, at the place where it is used. Of all that
// one alias brings a second time, the first is told.
func (r *report) twice(first, again *yaml.Node, message, help string) {
	at := r.docs.used(again)
	help += "the first is at " + r.where(r.docs.used(first), at)
	if at != again {
		help += "; an alias brings the ids of what it stands for: write it out with other ids, or use for-each"
	}
	told := func(d Diagnostic) bool { return d.Code == codeDuplicateID && d.Pos == r.docs.pos(at) }
	if at == again || !slices.ContainsFunc(r.list, told) {
		r.at(at, codeDuplicateID, message, help)
	}
}

// within reports a mistake at characters [from, from+width) of a scalar's
// value, wherever quotes, escapes and folding put them in the text.
func (r *report) within(n *yaml.Node, from, width int, code, message, help string) {
	if r.full() {
		return
	}
	at := r.docs.of(n).locate(n, from)
	if alias := r.docs.used(n); alias != n {
		second := broughtBy(alias, r.docs.of(n).shownAt(at))
		if r.has(at, code) || r.has(r.docs.pos(alias), code) {
			r.mistakes++
			return
		}
		at, width = r.docs.pos(alias), r.docs.of(alias).width(alias)
		help = cmp.Or(help, usualHelp(code)) + second
	}
	r.add(Error, at, width, code, message, help)
}

// add keeps one more mistake, as long as the report is not full.
func (r *report) add(s Severity, pos Pos, width int, code, message, help string) {
	switch {
	case s == Warning && r.warnings >= maxReported, r.full():
		return
	case s == Warning:
		r.warnings++
	default:
		r.errors++
		r.mistakes++
	}
	if r.full() {
		code, message = codeTooLarge, fmt.Sprintf("more than %d mistakes; this is where reading ended", maxReported)
		help = "correct the others first"
	}
	r.list = append(r.list, Diagnostic{
		Pos: pos, Width: max(1, width), Code: code, Severity: s,
		Message: cut(r.masked(message), 400), Help: cut(r.masked(cmp.Or(help, usualHelp(code))), 2000),
	})
}

// hide keeps a secret out of what is said from now on. A full report says nothing more, so there are never many.
func (r *report) hide(secret string) {
	for line := range strings.SplitSeq(secret, "\n") {
		if len(line) >= shortestSecret && !r.full() {
			r.secrets = append(r.secrets, line)
		}
	}
}

// shortestSecret is where masking begins: what is shorter stands in words of the sentence, too.
const shortestSecret = 4

func (r *report) masked(text string) string {
	for _, s := range r.secrets {
		if strings.Contains(text, s) {
			text = strings.ReplaceAll(text, s, dots(s))
		}
	}
	return text
}

// fieldsOf is what the function of that name gives. Reading tags costs more
// than reading a step, and a text has many steps of few kinds.
func (r *report) fieldsOf(t reflect.Type) []field {
	if r.declared == nil {
		r.declared = map[reflect.Type][]field{}
	}
	fields, ok := r.declared[t]
	if !ok {
		fields = fieldsOf(t)
		r.declared[t] = fields
	}
	return fields
}

// cut bounds what is said: a sentence quotes names, and a name may be as long
// as the text.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// full reports whether reading ends: nobody corrects more mistakes at once,
// and a hostile text must not cost a search for each.
func (r *report) full() bool { return r.errors > maxReported }

// failed reports whether there was a mistake after the first n; a full report
// takes none any more, so all that follows has failed.
func (r *report) failed(n int) bool { return r.full() || r.mistakes > n }
