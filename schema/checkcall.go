package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"gopkg.in/yaml.v3"
)

// call types a function of the allow-list.
func (c *checker) call(n ast.Node, name string, args []ast.Node) *typ {
	f, ok := allowList[name]
	if !ok {
		return c.error(n, codeFunction, fmt.Sprintf("%s() is not part of the language", name),
			suggest(name, "functions", slices.Collect(maps.Keys(allowList))))
	}
	if len(args) < f.min || len(args) > f.max {
		return c.error(n, codeFunction, fmt.Sprintf("%s() takes %s, not %d", name, arity(f), len(args)), "")
	}
	types := make([]*typ, len(args))
	for i, arg := range args {
		if _, predicate := arg.(*ast.PredicateNode); predicate && f.predicate {
			types[i] = c.predicate(arg, types[0])
			continue
		}
		types[i] = c.used(arg)
	}
	secret := tainted(types...)
	if secret != "" && !f.keeps {
		return c.untold(n, name+"() looks at", secret)
	}
	return f.result(c, n, types).holding(secret)
}

func arity(f Function) string {
	if f.min == f.max {
		return fmt.Sprintf("%d arguments", f.min)
	}
	return fmt.Sprintf("%d to %d arguments", f.min, f.max)
}

// predicate types the body with # as an element of the list. One inside
// another is refused: which # is meant, nobody sees at night.
func (c *checker) predicate(n ast.Node, list *typ) *typ {
	if c.element != nil {
		return c.error(n, codeFunction, "a predicate inside a predicate", "split the condition over two steps")
	}
	c.element = scalarType(tAny)
	if list.kind == tList {
		c.element = list.elem
	}
	defer func() { c.element = nil }()
	return c.visit(n)
}

// argument reports argument i of a call that is not of the type.
func (c *checker) mismatch(n ast.Node, i int, t *typ, due string) *typ {
	at := n
	switch n := n.(type) {
	case *ast.BuiltinNode:
		at = n.Arguments[i]
	case *ast.CallNode:
		at = n.Arguments[i]
	}
	if p, ok := at.(*ast.PredicateNode); ok {
		at = p.Node
	}
	return c.error(at, codeMismatch, fmt.Sprintf("%s where %s is due", a(t), article(due)), "")
}

// method says how what other languages ask a value is asked here.
func (c *checker) method(n *ast.CallNode) *typ {
	m, ok := n.Callee.(*ast.MemberNode)
	if !ok {
		return c.error(n, codeFunction, "values have no methods", "")
	}
	help, name := "", fmt.Sprint(m.Property)
	if text, ok := m.Property.(*ast.StringNode); ok {
		name = text.Value
	}
	on := c.visit(m.Node)
	switch meant := methodMeant(name, on); {
	case meant == "in" && len(n.Arguments) > 0:
		help = inHelp(fmt.Sprintf("%s in %s", n.Arguments[0], m.Node), c.expr.node)
	case isBetween(meant):
		help = fmt.Sprintf("write %s %s …", m.Node, meant)
		if len(n.Arguments) > 0 {
			help = fmt.Sprintf("write %s %s %s", m.Node, meant, n.Arguments[0])
		}
	case isFunction(meant) && len(n.Arguments) > 0:
		help = fmt.Sprintf("write %s(%s, …)", meant, m.Node)
	case isFunction(meant):
		help = fmt.Sprintf("write %s(%s)", meant, m.Node)
	}
	return c.error(n, codeFunction, "values have no methods", help)
}

// inHelp says what to write where the expression begins with a text, which YAML takes for the whole.
func inHelp(expr string, n *yaml.Node) string {
	expr = strings.ReplaceAll(expr, `"`, "'")
	if n.Style != 0 || strings.Contains(n.Value, "${{") {
		return "write " + expr
	}
	return fmt.Sprintf("write %s, as a whole in quotes: \"%s\"", expr, expr)
}
