package schema

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
)

// report reports a mistake at the whole expression.
func (e *Expr) report(r *report, code, message, help string) {
	lead := utf8.RuneCountInString(e.text) - utf8.RuneCountInString(strings.TrimLeft(e.text, " \t\n"))
	r.within(e.node, e.off+lead, utf8.RuneCountInString(e.String()), code, message, help)
}

// failed reports an error of the expression library at its place.
func (e *Expr) failed(r *report, code string, err error) {
	var at *file.Error
	if !errors.As(err, &at) {
		e.report(r, code, err.Error(), "")
		return
	}
	from, width := min(at.From, max(0, utf8.RuneCountInString(e.text)-1)), max(1, at.To-at.From)
	if e.badNumber(r, at) {
		return
	}
	message := plainMessage(at.Message)
	help, known := unexpectedHelp(message), (*refusal)(nil)
	i, w, due := foreignIn(e.text)
	better, ok := unreadable(e.text, from, width)
	switch {
	case code == codeExpr && due != "":
		from, width, help = i, w, due
	case code == codeExpr && ok:
		from, width, message, help = better.at, better.width, better.message, better.help
	case errors.As(err, &known):
		help = known.help
	case mixedForm().MatchString(at.Message):
		help = fmt.Sprintf("put what ?? belongs to in brackets: (a ?? b) %[1]s c, or a ?? (b %[1]s c)", mixedForm().FindStringSubmatch(at.Message)[1])
	case indexForm().MatchString(at.Message):
		help = "the first element is [0], the last [-1]; len(list) says how many there are"
	}
	if e.node.Style == 0 && e.node.LineComment != "" {
		help = "a space and # begin a comment in YAML: put the expression in quotes"
	}
	r.within(e.node, e.off+from, width, code, message, help)
}

// plainMessage takes Go's words out of the library's messages.
func plainMessage(text string) string {
	text = strings.ReplaceAll(text, "unexpected token EOF", "the expression ends too early")
	text = strings.ReplaceAll(text, "compilation failed: ", "")
	if cut, rest, ok := strings.Cut(text, "(unexpected token"); ok && strings.HasPrefix(cut, "a map key") {
		text = "unexpected token" + strings.TrimSuffix(rest, ")")
	}
	text = tokenForm().ReplaceAllString(text, "unexpected $1")
	if m := characterForm().FindStringSubmatch(text); m != nil {
		text = m[1] + " has no meaning here"
	}
	if m := indexForm().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("there is no element %s: the list has %s", m[1], m[2])
	}
	if m := mixedForm().FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("which of %s and ?? comes first is not said", m[1])
	}
	if name, ok := strings.CutSuffix(text, " from <nil>"); ok {
		return fmt.Sprintf("there is nothing to take %q from", strings.TrimPrefix(name, "cannot fetch "))
	}
	if rest, ok := strings.CutPrefix(text, "invalid operation: "); ok {
		text = "this has no result: " + rest
	}
	return strings.NewReplacer("<nil>", "nothing", "map[string]interface {}", "object", "[]interface {}", "list").Replace(text)
}
