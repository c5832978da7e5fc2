package schema

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
)

func (c *checker) member(n *ast.MemberNode) *typ {
	if isController(n) {
		return c.controller(n)
	}
	c.base = n.Node
	base := c.visit(n.Node)
	before := c.report.mistakes
	name, isName := n.Property.(*ast.StringNode)
	var t *typ
	switch base.kind {
	case tAny:
		if !isName {
			c.used(n.Property)
		}
		t = scalarType(tAny)
	case tObject:
		if !isName {
			return c.error(n, codeMismatch, "the name of a field is due here, in quotes", "")
		}
		t = c.field(n, base, name.Value)
	case tMap:
		t = c.under(n, base)
	case tList:
		if isName {
			help := "take one element by [0], or all by map()"
			if name.Value == "length" || name.Value == "size" || name.Value == "count" {
				help = fmt.Sprintf("len(%s) says how many there are", n.Node)
			}
			return c.error(n, codeUnknown, fmt.Sprintf("%s has no field %q", a(base), name.Value), help)
		}
		c.require(n.Property, tInt)
		t = base.elem
	default:
		return c.error(n, codeUnknown, fmt.Sprintf("%s has no fields", a(base)), "")
	}
	if c.report.failed(before) {
		return t
	}
	return t.withMaybe(base.maybe)
}

// field looks a name up in an object and notes what is read.
func (c *checker) field(n *ast.MemberNode, base *typ, name string) *typ {
	root, isRoot := n.Node.(*ast.IdentifierNode)
	if isRoot && root.Value == "vars" {
		note(&c.refs.vars, name, true)
	}
	t, why := base.fieldType(name)
	switch {
	case why != nil:
		return c.error(n.Property, why.code, why.message, why.help)
	case t == nil && base.open:
		return scalarType(tAny)
	case t == nil && len(base.fields) == 0 && base.lazy == nil && fieldName(n.Node) == "out":
		return c.error(n.Property, codeUnknown, fmt.Sprintf("unknown output %q", name), "the kind of that step has no outputs: tidemark steps KIND tells what a kind gives")
	case t == nil:
		return c.unknown(n.Property, base, name)
	}
	if isRoot && root.Value == "inputs" {
		note(&c.refs.inputs, name, true)
	}
	if base.label == "step" {
		note(&c.refs.steps, name, true)
	}
	return c.readable(n.Property, t)
}

// fieldName is the field that a part reads, "" for any other part.
func fieldName(n ast.Node) string {
	if m, ok := n.(*ast.MemberNode); ok {
		if name, ok := m.Property.(*ast.StringNode); ok {
			return name.Value
		}
	}
	return ""
}

// fieldType gives the type of a field, why it cannot be used, or neither.
func (t *typ) fieldType(name string) (*typ, *away) {
	if why, ok := t.away[name]; ok {
		return nil, &why
	}
	if t.lazy != nil {
		return t.lazy.field(name)
	}
	return t.fields[name], nil
}

func (c *checker) unknown(n ast.Node, base *typ, name string) *typ {
	what := base.label
	if what == "" {
		what = "field"
	}
	help := suggest(name, "known", base.names())
	switch {
	case base.label == "input" && help == "":
		help = fmt.Sprintf("declare it: inputs: {%s: {type: %s, required: true}}", name, c.dueHere(n))
	case base.label == "var" && Nearest(name, base.names()) == "":
		help = strings.TrimPrefix(help+"\n"+setVar(name), "\n")
	}
	return c.error(n, codeUnknown, fmt.Sprintf("unknown %s %q", what, name), help)
}

// setVar says where the value of a var comes from: a shipped runbook is not the reader's to edit, the site file is.
func setVar(name string) string {
	return fmt.Sprintf("set it in the site file: vars: {%s: VALUE}; or, for every site that sets none, under vars: of the runbook", name)
}

// dueHere is the type of input that a place can use: a condition that is the input alone takes a bool.
func (c *checker) dueHere(n ast.Node) string {
	if m, ok := c.expr.tree.(*ast.MemberNode); ok && m.Property == n && c.report.asks {
		return "bool"
	}
	return "string"
}

// under gives the type under a key of a map.
func (c *checker) under(n *ast.MemberNode, base *typ) *typ {
	c.require(n.Property, tString)
	name, ok := n.Property.(*ast.StringNode)
	if ok && base.label == "each" && base.elem.fields[name.Value] != nil {
		t := *base.elem
		t.hint = fmt.Sprintf("a step with for-each has an output for each key: %s[\"KEY\"].%s", n.Node, name.Value)
		return &t
	}
	if !ok || base.key == nil {
		return base.elem
	}
	t, why := base.key(name.Value)
	if why != nil {
		return c.error(n.Property, why.code, why.message, why.help)
	}
	return t
}

func (c *checker) controller(n *ast.MemberNode) *typ {
	if why, ok := c.scope.away["nodes"]; ok {
		return c.error(n.Node, why.code, why.message, why.help)
	}
	t := c.scope.roots[controllerRoot]
	note(&c.refs.roots, controllerRoot, t)
	return t
}
