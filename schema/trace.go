package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// maxTraced bounds one value in a tree, and one expression, in characters.
const maxTraced = 120

// trace prints the expression and the value of each of its parts, indented:
// a failed condition shows what it was false about. Parts that the others left
// undecided are said not to be evaluated. No secret is in it: conditions
// cannot read any.
func (e *Expr) trace(env map[string]any) string {
	t := &tracer{conf: exprConfig(), patterns: &patterns{}, env: e.values(env)}
	t.node(e.tree, 0, true)
	return strings.TrimSuffix(t.out.String(), "\n")
}

type tracer struct {
	out      strings.Builder
	conf     *conf.Config
	patterns *patterns
	env      map[string]any
}

// node prints a part and those below it; reached tells whether the evaluation
// came to it.
func (t *tracer) node(n ast.Node, depth int, reached bool) {
	value, text := any(nil), "not evaluated"
	if reached {
		value, text = t.value(n)
	}
	fmt.Fprintf(&t.out, "%s%s = %s\n", strings.Repeat("  ", depth), cutText(n.String()), text)
	if !reached {
		return
	}
	for _, part := range tracedParts(n) {
		t.node(part, depth+1, t.reaches(n, part, value))
	}
}

// reaches tells whether a part was needed for the value of the whole.
func (t *tracer) reaches(n, part ast.Node, value any) bool {
	switch n := n.(type) {
	case *ast.BinaryNode:
		if part == n.Left {
			return true
		}
		left, _ := t.value(n.Left)
		switch n.Operator {
		case "and", "&&":
			return left == true
		case "or", "||":
			return left == false
		case "??":
			return left == nil
		}
	case *ast.ConditionalNode:
		cond, _ := t.value(n.Cond)
		return part == n.Cond || (cond == true) == (part == n.Exp1)
	}
	return true
}

// value evaluates a part by itself.
func (t *tracer) value(n ast.Node) (any, string) {
	p, err := program(n.String(), t.conf, t.patterns)
	if err != nil {
		return nil, "?"
	}
	t.env[meterRoot] = &meter{}
	v, err := expr.Run(p, t.env)
	if err != nil {
		return nil, "(no value)"
	}
	return v, tracedValue(v)
}

// tracedValue writes text in quotes, so that blanks show.
func tracedValue(v any) string {
	if v == nil {
		return "(no value)"
	}
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", cutText(s))
	}
	if text, ok := scalarText(v); ok {
		return text
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "(cannot be shown)"
	}
	return cutText(string(data))
}

func cutText(text string) string {
	if len(text) <= maxTraced {
		return text
	}
	if runes := []rune(text[:min(len(text), 4*maxTraced+4)]); len(runes) > maxTraced {
		return string(runes[:maxTraced]) + "…"
	}
	return text
}

// tracedParts are the parts worth a line: conditions down to what they read.
func tracedParts(n ast.Node) []ast.Node {
	var parts []ast.Node
	switch n := n.(type) {
	case *ast.UnaryNode:
		parts = []ast.Node{n.Node}
	case *ast.BinaryNode:
		parts = []ast.Node{n.Left, n.Right}
	case *ast.ConditionalNode:
		parts = []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.BuiltinNode:
		parts = n.Arguments
	case *ast.CallNode:
		parts = n.Arguments
	case *ast.ChainNode:
		return tracedParts(n.Node)
	}
	out := make([]ast.Node, 0, len(parts))
	for _, p := range parts {
		switch p.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.NilNode, *ast.PredicateNode:
		default:
			out = append(out, p)
		}
	}
	return out
}
