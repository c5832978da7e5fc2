package schema

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// equality may ask a missing value only whether it is nil.
func (c *checker) equality(n *ast.BinaryNode) *typ {
	l, r := c.visit(n.Left), c.visit(n.Right)
	if s := tainted(l, r); s != "" {
		return c.untold(n, n.Operator+" looks at", s)
	}
	if l.kind != tNil && r.kind != tNil {
		l, r = c.sureOf(n.Left, l), c.sureOf(n.Right, r)
	}
	if join(l, r) == nil {
		c.error(n, codeMismatch, fmt.Sprintf("%s is never equal to %s", a(l), a(r)), wayOut(l, r))
	}
	c.enumValue(n.Right, n.Left, l)
	c.enumValue(n.Left, n.Right, r)
	return scalarType(tBool)
}

// enumValue reports a written text that the enum on the other side, of this type, cannot be.
func (c *checker) enumValue(n, other ast.Node, t *typ) {
	text, ok := n.(*ast.StringNode)
	if ok && t.values != nil && !slices.Contains(t.values, text.Value) {
		c.error(n, codeMismatch, fmt.Sprintf("%s is never %q", other, text.Value), suggest(text.Value, "values", t.values))
	}
}

// wayOut says how two types come together: where one was read too early, or how
// the text on one side becomes what the other side is.
func wayOut(l, r *typ) string {
	if hint := cmp.Or(l.hint, r.hint); hint != "" {
		return hint
	}
	for i, t := range []*typ{l, r} {
		other := []*typ{r, l}[i]
		switch {
		case t.kind == tDuration && (other.kind == tString || other.number()):
			return `duration("5s") makes a duration of text`
		case t.kind == tBool && other.kind != tBool:
			return "a bool is asked as it is: x, or not x"
		case t.kind == tList && other.scalar():
			return "x in list asks whether a list holds a value; len(list) says how many"
		case t.number() && t.kind != tSize && other.kind == tString:
			return "string(x) makes text of a number, int(x) a number of text; a number is written without quotes"
		case t.kind == tSize && other.kind == tString:
			return `size("2GiB") makes a size of text`
		}
	}
	return ""
}

func (c *checker) sureOf(n ast.Node, t *typ) *typ {
	if t.maybe == "" {
		return t
	}
	return c.used(n)
}
