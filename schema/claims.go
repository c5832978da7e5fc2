package schema

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// claim is one thing that a condition says of a subject, which is any part of
// an expression by its text: equal texts have equal values in one evaluation.
type claim struct {
	subject string
	node    ast.Node // the subject
	at      ast.Node // the claim
	op      string   // a comparison, "in", "not in"; "" is the truth of the subject
	values  []constant
	truth   bool
}

// claims collects what must hold for n to be true (or false: positive false)
// where all of it must hold together.
func (j *judge) claims(n ast.Node, positive bool, out []claim) []claim {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "!" || n.Operator == "not" {
			return j.claims(n.Node, !positive, out)
		}
	case *ast.BinaryNode:
		if isAnd(n) && positive || isOr(n) && !positive {
			return j.claims(n.Right, positive, j.claims(n.Left, positive, out))
		}
		if c, ok := comparison(n, positive); ok {
			return append(out, c)
		}
	}
	return append(out, claim{subject: n.String(), node: n, at: n, truth: positive})
}

// comparison reads `x op constant`, either way round.
func comparison(n *ast.BinaryNode, positive bool) (claim, bool) {
	op, subject, values := n.Operator, n.Left, []constant(nil)
	if c, ok := constantOf(n.Right); ok {
		values = []constant{c}
	} else if c, ok := constantOf(n.Left); ok {
		op, subject, values = turned(op), n.Right, []constant{c}
	} else if list, ok := n.Right.(*ast.ArrayNode); ok && op == "in" {
		values = constantsOf(list)
	}
	against := opposite(op)
	if values == nil || against == "" {
		return claim{}, false
	}
	if !positive {
		op = against
	}
	return claim{subject: subject.String(), node: subject, at: n, op: op, values: values}, true
}

// turned is the operator with its sides exchanged.
func turned(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	case "==", "!=":
		return op
	}
	return ""
}

// opposite is true exactly where the operator is false, "" when there is none.
func opposite(op string) string {
	pairs := []string{"==", "!=", "<", ">=", ">", "<=", "in", "not in"}
	i := slices.Index(pairs, op)
	if i < 0 {
		return ""
	}
	return pairs[i^1]
}
