package schema

import (
	"cmp"
	"slices"

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
	}
	return constant{}, false
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

// domain is what a subject can still be.
type domain struct {
	first   ast.Node // the first claim
	allowed []constant
	none    bool // allowed is empty, and not for want of a list
	others  []claim
	truth   *bool
	clash   bool
}

func (d *domain) add(c claim) {
	if d.first == nil {
		d.first = c.at
	}
	switch c.op {
	case "":
		d.clash = d.clash || d.truth != nil && *d.truth != c.truth
		d.truth = &c.truth
	case "==", "in":
		if d.allowed == nil && !d.none {
			d.allowed = c.values
		}
		d.keep(func(v constant) bool { return slices.Contains(c.values, v) })
	default:
		d.others = append(d.others, c)
	}
	d.keep(func(v constant) bool {
		return !slices.ContainsFunc(d.others, func(c claim) bool { return !c.admits(v) })
	})
}

// keep narrows the listed values.
func (d *domain) keep(fits func(constant) bool) {
	if d.allowed == nil {
		return
	}
	var left []constant
	for _, v := range d.allowed {
		if fits(v) {
			left = append(left, v)
		}
	}
	d.allowed, d.none = left, len(left) == 0
}

// admits reports whether a value can meet the claim; what cannot be compared
// may.
func (c claim) admits(v constant) bool {
	if c.op == "not in" {
		return !slices.Contains(c.values, v)
	}
	value, ok := v.holds(c.op, c.values[0])
	return value || !ok
}

// empty reports whether no value is left: none of the list, or two bounds that
// leave nothing between them.
func (d *domain) empty() bool {
	if d.clash || d.none {
		return true
	}
	for i, low := range d.others {
		for _, high := range append(d.others[:i:i], d.others[i+1:]...) {
			if low.op[0] == '>' && high.op[0] == '<' && !between(low, high) {
				return true
			}
		}
	}
	return false
}

// between reports whether a value can lie above one bound and below the other.
func between(low, high claim) bool {
	from, to := low.values[0], high.values[0]
	if from.isText != to.isText {
		return true
	}
	if below, _ := from.holds("<", to); below {
		return true
	}
	same, _ := from.holds("==", to)
	return same && low.op == ">=" && high.op == "<="
}
