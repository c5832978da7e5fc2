package schema

import (
	"fmt"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// checker gives every part of an expression its static type and reports all
// mistakes in it. The library's own checker stops at the first and speaks of
// Go types.
type checker struct {
	report  *report
	expr    *Expr
	scope   *scope
	element *typ     // what # is, inside a predicate
	base    ast.Node // of the member that is being typed
	refs    refs
	lost    bool // a name was told that is like none: what is no expression at all has many
}

// final is the type of the whole expression, which is used as it is.
func (c *checker) final(n ast.Node) *typ { return c.used(n) }

// used is the type of a part whose value is needed: it must not be missing.
func (c *checker) used(n ast.Node) *typ {
	t := c.visit(n)
	if t.label == "secret" {
		return c.error(n, codeSecretUse, "secrets are read one by one", "write secrets.NAME")
	}
	if t.maybe != "" {
		c.error(n, codeMaybe, fmt.Sprintf("step %q may not have run, then it has no output", t.maybe),
			fmt.Sprintf("say what holds then: %s ?? …", n))
		return t.sure()
	}
	return t
}

func (c *checker) visit(n ast.Node) *typ {
	switch n := n.(type) {
	case *ast.NilNode:
		return scalarType(tNil)
	case *ast.IntegerNode:
		return scalarType(tInt)
	case *ast.FloatNode:
		return scalarType(tFloat)
	case *ast.BoolNode:
		return scalarType(tBool)
	case *ast.StringNode:
		return scalarType(tString)
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.ChainNode:
		return c.visit(n.Node)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	}
	return c.compound(n)
}

// compound types what holds several values.
func (c *checker) compound(n ast.Node) *typ {
	switch n := n.(type) {
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, id.Value, n.Arguments)
		}
		return c.method(n)
	case *ast.SliceNode:
		return c.slice(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.MapNode:
		return c.object(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.PredicateNode:
		return c.used(n.Node)
	}
	return c.error(n, codeExpr, "this form is not part of the language", "use one plain expression")
}

// error reports a mistake at a part and types it any, so that one mistake
// does not cause others.
func (c *checker) error(n ast.Node, code, message, help string) *typ {
	from, width := c.extent(n)
	c.report.within(c.expr.node, c.expr.off+from, width, code, message, help)
	return scalarType(tAny)
}

// extent is the token that a part is known by: its name or operator.
func (c *checker) extent(n ast.Node) (from, width int) {
	loc := c.expr.location(n)
	total := utf8.RuneCountInString(c.expr.text)
	from = min(loc.From, max(0, total-1))
	return from, max(1, min(loc.To, total)-from)
}

func (c *checker) identifier(n *ast.IdentifierNode) *typ {
	if why, ok := c.scope.away[n.Value]; ok {
		if n.Value == "item" && c.element != nil {
			why.help = "the element that the function looks at is called #"
		}
		return c.error(n, why.code, why.message, why.help)
	}
	t, ok := c.scope.roots[n.Value]
	if !ok {
		if c.lost && Nearest(n.Value, c.scope.names()) == "" {
			return scalarType(tAny)
		}
		c.lost = Nearest(n.Value, c.scope.names()) == ""
		return c.error(n, codeUnknown, fmt.Sprintf("unknown name %q", n.Value), c.nameHelp(n))
	}
	note(&c.refs.roots, n.Value, t)
	if n.Value == "vars" && c.base != n {
		note(&c.refs.vars, allVars, true)
	}
	return t
}

func note[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}

// asked is the help for a value where a condition is due.
func asked(n ast.Node, text string) string {
	if _, written := constantOf(n); written {
		return "write true or false, or a comparison that decides it"
	}
	return fmt.Sprintf("ask something of it, as in %s == …", text)
}

// require reports a part that is not of the type; any is decided when it runs.
func (c *checker) require(n ast.Node, due typeKind) {
	t := c.used(n)
	if s := t.carries(); s != "" {
		c.untold(n, "the value of", s)
		return
	}
	if t.kind == tAny || t.kind == due || (due == tFloat && t.kind == tInt) {
		return
	}
	help := t.hint
	if due == tBool && help == "" {
		help = asked(n, n.String())
	}
	c.error(n, codeMismatch, fmt.Sprintf("%s where %s is due", a(t), a(scalarType(due))), help)
}
