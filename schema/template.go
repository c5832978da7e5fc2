package schema

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// leaf is a scalar with ${{ }} in it, compiled.
type leaf struct {
	parts []part
}

// part is literal text or an expression.
type part struct {
	text string
	expr *Expr
}

// whole reports whether the leaf is one expression and nothing else: then the
// value keeps its type.
func (l *leaf) whole() bool { return len(l.parts) == 1 && l.parts[0].expr != nil }

func isTemplate(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${{")
}

// compileLeaf splits and compiles a scalar; nil after a mistake, reported.
func (r *report) compileLeaf(n *yaml.Node, s *scope) *leaf {
	l, before := &leaf{}, r.mistakes
	rest, off := n.Value, 0
	for rest != "" {
		text, after, found := strings.Cut(rest, "${{")
		if text != "" {
			l.parts = append(l.parts, part{text: text})
		}
		if !found {
			break
		}
		off += utf8.RuneCountInString(text) + 3
		end := closing(after)
		if end < 0 {
			r.within(n, off-3, 3, codeExpr, "${{ without }}", "close the expression with }}")
			return nil
		}
		l.parts = append(l.parts, part{expr: r.compile(n, off, after[:end], s)})
		off += utf8.RuneCountInString(after[:end]) + 2
		rest = after[end+2:]
	}
	if r.failed(before) {
		return nil
	}
	return l
}

// closing finds the }} of an expression, not the one in its strings or maps.
func closing(text string) int {
	var quote rune
	depth, escaped := 0, false
	for i, c := range text {
		switch {
		case escaped:
			escaped = false
		case quote != 0 && c == '\\' && quote != '`':
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && strings.HasPrefix(text[i:], "}}"):
			return i
		}
	}
	return -1
}

// typ is the static type of the leaf's value.
func (l *leaf) typ() *typ {
	if l.whole() {
		return l.parts[0].expr.typ
	}
	var secret string
	for _, p := range l.parts {
		if p.expr != nil && secret == "" {
			secret = p.expr.typ.carries()
		}
	}
	return scalarType(tString).holding(secret)
}

// secret is the first expression that holds one.
func (l *leaf) secret() *Expr {
	for _, p := range l.parts {
		if p.expr != nil && p.expr.typ.carries() != "" {
			return p.expr
		}
	}
	return nil
}

// check reports parts of a mixed text that have no single way to be written.
func (l *leaf) check(r *report) {
	if l.whole() {
		return
	}
	for _, p := range l.parts {
		if p.expr == nil || p.expr.typ.kind == tAny || p.expr.typ.scalar() {
			continue
		}
		p.expr.report(r, codeMismatch, fmt.Sprintf("%s inside text", a(p.expr.typ)),
			cmp.Or(p.expr.typ.hint, `only single values can stand in text; join(list, ", ") makes one of a list`))
	}
}

// eval gives the leaf's value; ok is false after a mistake, reported.
func (l *leaf) eval(r *report, env map[string]any) (v any, ok bool) {
	if l.whole() {
		return l.parts[0].expr.eval(r, env)
	}
	var b strings.Builder
	for _, p := range l.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, ok := p.expr.eval(r, env)
		if !ok {
			return nil, false
		}
		text, ok := scalarText(v)
		if !ok {
			p.expr.report(r, codeMismatch, fmt.Sprintf("%s inside text", describe(v)), "")
			return nil, false
		}
		b.WriteString(text)
	}
	return b.String(), true
}

// scalarText writes a single value as it stands in text.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool, int, int64, float64:
		return fmt.Sprint(v), true
	case time.Duration:
		return v.String(), true
	}
	return "", false
}

// describe names the type of a value in a message.
func describe(v any) string { return a(typeOfValue(v)) }
