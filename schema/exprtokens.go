package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// before finds the last token of a kind, and of a value where one is named,
// that begins before a character of the expression. The library keeps the place
// of what follows a number or a condition, not of itself.
func (e *Expr) before(at int, kind lexer.Kind, value ...string) (found lexer.Token, ok bool) {
	l := lexer.New()
	l.Reset(file.NewSource(e.text))
	for {
		t, err := l.Next()
		if err != nil || t.From >= at {
			return found, ok
		}
		if t.Is(kind, value...) {
			found, ok = t, true
		}
	}
}

// location is where the token stands by which a part is known: its name or operator.
func (e *Expr) location(n ast.Node) file.Location {
	switch n := n.(type) {
	case *ast.MemberNode:
		return n.Property.Location()
	case *ast.ConditionalNode:
		behind := n.Exp1
		if behind == n.Cond { // a ?: b
			behind = n.Exp2
		}
		if t, ok := e.before(leftEnd(behind), lexer.Operator, "?"); ok {
			return t.Location
		}
	case *ast.VariableDeclaratorNode:
		if t, ok := e.before(n.Location().From, lexer.Operator, "let"); ok {
			return t.Location
		}
	}
	return n.Location()
}

// leftEnd is where the leftmost token of a part begins, but for brackets.
func leftEnd(n ast.Node) int {
	first := n.Location().From
	for _, part := range partsOf(n) {
		first = min(first, leftEnd(part))
	}
	return first
}

// badNumber reports a number that cannot be read, at the number.
func (e *Expr) badNumber(r *report, err *file.Error) bool {
	if word, bad := strings.CutPrefix(err.Message, "bad number syntax: "); bad {
		e.unitNumber(r, strings.Trim(word, `"`))
		return true
	}
	if !strings.Contains(err.Message, " literal") || strings.HasPrefix(err.Message, "literal ") {
		return false
	}
	t, ok := e.before(err.From, lexer.Number)
	if !ok {
		return false
	}
	switch {
	case strings.Contains(err.Message, "out of range"), strings.Contains(err.Message, "too large"):
		r.within(e.node, e.off+t.From, t.To-t.From, codeRange, fmt.Sprintf("%s is out of range", t.Value), "a whole number lies between -9223372036854775807 and 9223372036854775807, any other below 1.8e308")
	default:
		r.within(e.node, e.off+t.From, t.To-t.From, codeExpr, fmt.Sprintf("%q is no number", t.Value), "write it as 12, 1.5 or 1e3")
	}
	return true
}

// unitNumber reports digits with letters behind them.
func (e *Expr) unitNumber(r *report, word string) {
	before, _, _ := strings.Cut(e.text, word)
	word = wordAt([]rune(e.text), utf8.RuneCountInString(before))
	help := "write it as 12, 1.5 or 1e3; where text is meant, quote it"
	if _, err := parseDuration(word); err == nil {
		help = fmt.Sprintf("write duration('%s'); where nothing else stands in ${{ }}, write %s without it", word, word)
	} else if _, err := ParseSize(word); err == nil {
		help = fmt.Sprintf("sizes stand outside of expressions: write %s, or put it into an input of the type size", word)
	}
	r.within(e.node, e.off+utf8.RuneCountInString(before), utf8.RuneCountInString(word), codeExpr, fmt.Sprintf("%q is no number", word), help)
}
