package schema

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/expr-lang/expr/ast"
)

func (c *checker) unary(n *ast.UnaryNode) *typ {
	t := c.used(n.Node)
	if s := t.carries(); s != "" {
		return c.untold(n, n.Operator+" on", s)
	}
	switch n.Operator {
	case "!", "not":
		if t.kind == tBool || t.kind == tAny {
			return scalarType(tBool)
		}
	default:
		if t.number() || t.kind == tAny {
			return t
		}
	}
	help := ""
	if n.Operator == "not" || n.Operator == "!" {
		help = fmt.Sprintf("%s takes what stands next to it: put a comparison in brackets, not (%s == …)", n.Operator, n.Node)
	}
	return c.error(n, codeMismatch, fmt.Sprintf("%s on %s", n.Operator, a(t)), help)
}

func (c *checker) binary(n *ast.BinaryNode) *typ {
	switch n.Operator {
	case "??":
		return c.coalesce(n)
	case "==", "!=":
		return c.equality(n)
	case "-":
		if c.hyphen(n) {
			return scalarType(tAny)
		}
	case "..":
		return c.error(n, codeFunction, "ranges are not part of the language", "")
	}
	l, r := c.used(n.Left), c.used(n.Right)
	if list, ok := n.Right.(*ast.ArrayNode); ok && n.Operator == "in" {
		for _, e := range list.Nodes {
			c.enumValue(e, n.Left, l)
		}
	}
	secret := tainted(l, r)
	if secret != "" && n.Operator != "+" {
		return c.untold(n, n.Operator+" looks at", secret)
	}
	if t := operator(n.Operator, l, r); t != nil {
		c.pattern(n)
		c.byZero(n)
		return t.holding(secret)
	}
	return c.error(n, codeMismatch, fmt.Sprintf("%s between %s and %s", n.Operator, a(l), a(r)), cmp.Or(wayOut(l, r), joinedHelp(n, l, r)))
}

// joinedHelp says what + and in do not do with these types.
func joinedHelp(n *ast.BinaryNode, l, r *typ) string {
	switch {
	case n.Operator == "in" && l.kind == tString && r.kind == tString:
		return fmt.Sprintf("in looks into a list; for a part of a text write %s contains %s", n.Right, n.Left)
	case n.Operator != "+":
		return ""
	case l.kind == tList && r.kind == tList:
		return fmt.Sprintf("concat(%s, %s) makes one list of two", n.Left, n.Right)
	case l.kind == tString || r.kind == tString:
		return "string(x) makes text of a value"
	}
	return ""
}

// byZero reports a division that never has a result.
func (c *checker) byZero(n *ast.BinaryNode) {
	by, ok := constantOf(n.Right)
	if _, both := constantOf(n.Left); ok && !both && !by.isText && by.number == 0 && (n.Operator == "/" || n.Operator == "%") {
		c.error(n.Right, codeEvaluation, errZero.why, errZero.help)
	}
}

// pattern checks the regular expression of `matches` while it can be seen.
func (c *checker) pattern(n *ast.BinaryNode) {
	text, ok := n.Right.(*ast.StringNode)
	if n.Operator != "matches" || !ok {
		return
	}
	patterns := &c.report.patterns
	_, err := patterns.get(text.Value)
	switch {
	case errors.Is(err, errPatterns) && patterns.told:
	case errors.Is(err, errPatterns):
		patterns.told = true
		c.error(n.Right, codeTooLarge, err.Error(), "compare with ==, in, startsWith or contains where that says the same")
	case errors.As(err, new(tooMuch)):
		c.error(n.Right, codeTooLarge, err.Error(), "look for less at a time: what a pattern repeats is written out in its program")
	case err != nil:
		c.error(n.Right, codeExpr, err.Error(), "complete the pattern; a backslash is written twice in quotes, once between backquotes")
	}
}

// coalesce is `left ?? right`: the one place where a value may be missing.
func (c *checker) coalesce(n *ast.BinaryNode) *typ {
	l, r := c.visit(n.Left), c.visit(n.Right)
	t := join(l.sure(), r)
	if t == nil {
		return c.error(n.Right, codeMismatch, fmt.Sprintf("%s where the left side of ?? is %s", a(r), a(l.sure())), "")
	}
	return t
}

func (c *checker) conditional(n *ast.ConditionalNode) *typ {
	c.require(n.Cond, tBool)
	yes, no := c.used(n.Exp1), c.used(n.Exp2)
	t := join(yes, no)
	if t == nil {
		return c.error(n.Exp2, codeMismatch, fmt.Sprintf("one branch is %s, the other %s", a(yes), a(no)), branchHelp(yes, no))
	}
	return t
}

// branchHelp says how two branches come to one type.
func branchHelp(yes, no *typ) string {
	if yes.kind == tString && no.scalar() || no.kind == tString && yes.scalar() {
		return "both give the same type: string(x) makes text of the other"
	}
	return "both give the same type"
}
