package schema

import (
	"cmp"

	"github.com/expr-lang/expr/ast"
)

// constant is a value that is written in an expression.
type constant struct {
	text   string
	number float64
	isText bool
}

// constantOf reads a written text or number.
func constantOf(n ast.Node) (constant, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return constant{text: n.Value, isText: true}, true
	case *ast.IntegerNode:
		const exact = 1 << 53 // beyond it two numbers may look alike
		return constant{number: float64(n.Value)}, n.Value > -exact && n.Value < exact
	case *ast.FloatNode:
		return constant{number: n.Value}, true
	case *ast.UnaryNode:
		c, ok := constantOf(n.Node)
		c.number = -c.number
		return c, ok && n.Operator == "-" && !c.isText
	case *ast.CallNode:
		return constantCall(n)
	}
	return constant{}, false
}

// constantCall reads duration("5m") and size("1GiB"), which are compared with
// their like alone.
func constantCall(n *ast.CallNode) (constant, bool) {
	id, isName := n.Callee.(*ast.IdentifierNode)
	if !isName || len(n.Arguments) != 1 {
		return constant{}, false
	}
	text, isText := n.Arguments[0].(*ast.StringNode)
	switch {
	case isText && id.Value == "duration":
		d, err := parseDuration(text.Value)
		return constant{number: float64(d)}, err == nil
	case isText && id.Value == "size":
		s, err := ParseSize(text.Value)
		return constant{number: float64(s)}, err == nil
	}
	return constant{}, false
}

// constantsOf reads a list in which all is written out, nil for any other.
func constantsOf(list *ast.ArrayNode) []constant {
	out := []constant{}
	for _, e := range list.Nodes {
		c, ok := constantOf(e)
		if !ok {
			return nil
		}
		out = append(out, c)
	}
	return out
}

// holds compares two of them; ok is false where the operator is no comparison.
func (c constant) holds(op string, other constant) (value, ok bool) {
	if c.isText != other.isText {
		return false, false
	}
	order := cmp.Compare(c.number, other.number)
	if c.isText {
		order = cmp.Compare(c.text, other.text)
	}
	switch op {
	case "==":
		return order == 0, true
	case "!=":
		return order != 0, true
	case "<":
		return order < 0, true
	case "<=":
		return order <= 0, true
	case ">":
		return order > 0, true
	case ">=":
		return order >= 0, true
	}
	return false, false
}
