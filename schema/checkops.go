package schema

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

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
			c.enumValue(e, l)
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

// operator is the type of l op r, nil when the two do not fit.
func operator(op string, l, r *typ) *typ {
	either := l.kind == tAny || r.kind == tAny
	both := func(k typeKind) bool {
		return (l.kind == k || l.kind == tAny) && (r.kind == k || r.kind == tAny)
	}
	numbers := (l.number() || l.kind == tAny) && (r.number() || r.kind == tAny)
	ordered := numbers || both(tString) || both(tDuration)
	when := func(ok bool, k typeKind) *typ {
		if !ok {
			return nil
		}
		return scalarType(k)
	}
	switch op {
	case "and", "&&", "or", "||":
		return when(both(tBool), tBool)
	case "<", "<=", ">", ">=":
		return when(ordered, tBool)
	case "matches", "contains", "startsWith", "endsWith":
		return when(both(tString), tBool)
	case "in":
		return when(member(l, r), tBool)
	case "**", "^":
		return when(numbers, tFloat)
	case "%":
		return when(both(tInt), tInt)
	}
	if either {
		return scalarType(tAny)
	}
	return arithmetic(op, l, r)
}

func arithmetic(op string, l, r *typ) *typ {
	durations := l.kind == tDuration && r.kind == tDuration
	switch {
	case op == "*" && l.kind == tSize && r.number() && r.kind != tSize, op == "/" && (l.kind == tSize || l.kind == tDuration) && r.number() && r.kind != tSize:
		return l
	case op == "*" && r.kind == tSize && l.number() && l.kind != tSize:
		return r
	case op == "*" && l.kind == tSize:
		return nil
	case op == "/" && (l.number() && r.number() || durations):
		return scalarType(tFloat)
	case op == "/":
		return nil
	case l.number() && r.number():
		return join(l, r)
	case op == "+" && l.kind == tString && r.kind == tString:
		return scalarType(tString)
	case (op == "+" || op == "-") && durations:
		return l
	case op == "*" && l.kind == tDuration && r.number():
		return l
	case op == "*" && l.number() && r.kind == tDuration:
		return r
	}
	return nil
}

// member is the condition of `l in r`.
func member(l, r *typ) bool {
	switch r.kind {
	case tAny:
		return true
	case tList:
		return join(l, r.elem) != nil
	case tMap, tObject:
		return l.kind == tString || l.kind == tAny
	}
	return false
}

// hyphen reports `inputs.backup-id`, which subtracts id from inputs.backup.
func (c *checker) hyphen(n *ast.BinaryNode) bool {
	right := leftmost(n.Right)
	if root, ok := n.Left.(*ast.IdentifierNode); ok {
		return c.hyphenRoot(n, root, right)
	}
	left, ok := n.Left.(*ast.MemberNode)
	minus := n.Location().From
	if right == nil || !ok || c.scope.roots[right.Value] != nil || right.Location().From != minus+1 {
		return false
	}
	name, isName := left.Property.(*ast.StringNode)
	if !isName || left.Property.Location().To != minus {
		return false
	}
	from := left.Property.Location().From
	text := name.Value + "-" + right.Value
	c.report.within(c.expr.node, c.expr.off+from, utf8.RuneCountInString(text), codeHyphen,
		fmt.Sprintf("%q is no name: the hyphen subtracts %s from %s", text, right.Value, left),
		fmt.Sprintf("names in expressions have no hyphens: did you mean %s?", strings.ReplaceAll(text, "-", "_")))
	return true
}

// hyphenRoot reports `node-name`, where a dot is meant or no name of ours.
func (c *checker) hyphenRoot(n *ast.BinaryNode, left, right *ast.IdentifierNode) bool {
	minus := n.Location().From
	if right == nil || c.scope.roots[right.Value] != nil || left.Location().To != minus || right.Location().From != minus+1 {
		return false
	}
	text, help := left.Value+"-"+right.Value, "where text is meant, quote it"
	if root := c.scope.roots[left.Value]; root != nil {
		help = fmt.Sprintf("a field stands behind a dot: %s.%s", left.Value, right.Value)
	}
	c.report.within(c.expr.node, c.expr.off+left.Location().From, utf8.RuneCountInString(text), codeHyphen, fmt.Sprintf("%q is no name: the hyphen subtracts", text), help)
	return true
}

// leftmost is the name that an expression begins with, nil for any other.
func leftmost(n ast.Node) *ast.IdentifierNode {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n
	case *ast.MemberNode:
		return leftmost(n.Node)
	}
	return nil
}
