package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// maxTraced bounds one value in a tree.
const maxTraced = 120

// trace prints the expression and the value of each of its parts, indented:
// a failed condition shows what it was false about.
func (e *Expr) trace(env map[string]any) string {
	var b strings.Builder
	traceNode(&b, e.tree, exprConfig(), e.values(env), 0)
	return strings.TrimSuffix(b.String(), "\n")
}

func traceNode(b *strings.Builder, n ast.Node, c *conf.Config, env map[string]any, depth int) {
	fmt.Fprintf(b, "%s%s = %s\n", strings.Repeat("  ", depth), n, traceValue(n, c, env))
	for _, part := range tracedParts(n) {
		traceNode(b, part, c, env, depth+1)
	}
}

// traceValue evaluates a part by itself. Parts that are not reached in the
// whole may not evaluate; that is said, not an error.
func traceValue(n ast.Node, c *conf.Config, env map[string]any) string {
	p, err := program(n.String(), c)
	if err != nil {
		return "?"
	}
	v, err := expr.Run(p, env)
	if err != nil {
		return "(no value)"
	}
	text, ok := scalarText(v)
	if s, isText := v.(string); isText || !ok {
		text = quoted(v, s, isText)
	}
	if runes := []rune(text); len(runes) > maxTraced {
		return string(runes[:maxTraced]) + "…"
	}
	return text
}

func quoted(v any, s string, isText bool) string {
	if isText {
		return fmt.Sprintf("%q", s)
	}
	if v == nil {
		return "(no value)"
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
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
