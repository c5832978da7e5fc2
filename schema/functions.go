package schema

import (
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// function is one entry of the allow-list: argument count and static type.
type function struct {
	min, max  int
	predicate bool // the second argument is a predicate over the first
	result    func(c *checker, n ast.Node, args []*typ) *typ
}

// functions is the allow-list. Nothing here looks at a clock or a random
// number, grows its input without bound, or writes Go's own notation.
func functions() map[string]function {
	fixed := func(min, max int, k typeKind, due ...typeKind) function {
		return function{min: min, max: max, result: signature(scalarType(k), due...)}
	}
	predicate := func(result func(*checker, ast.Node, []*typ) *typ) function {
		return function{min: 2, max: 2, predicate: true, result: result}
	}
	text := tString
	return map[string]function{
		"all": predicate(boolPredicate), "any": predicate(boolPredicate),
		"none": predicate(boolPredicate), "one": predicate(boolPredicate),
		"filter": predicate(filterResult), "map": predicate(mapResult),
		"count": {min: 1, max: 2, predicate: true, result: countResult},
		"sum":   {min: 1, max: 2, predicate: true, result: sumResult},

		"len":  {min: 1, max: 1, result: lenResult},
		"keys": {min: 1, max: 1, result: keysResult}, "values": {min: 1, max: 1, result: valuesResult},
		"first": {min: 1, max: 1, result: elemResult}, "last": {min: 1, max: 1, result: elemResult},
		"reverse": {min: 1, max: 1, result: sameList}, "sort": {min: 1, max: 1, result: sameList},
		"uniq": {min: 1, max: 1, result: sameList}, "concat": {min: 1, max: 9, result: sameList},
		"min": {min: 1, max: 9, result: extreme}, "max": {min: 1, max: 9, result: extreme},
		"abs": {min: 1, max: 1, result: sameNumber},

		"ceil": fixed(1, 1, tInt, tFloat), "floor": fixed(1, 1, tInt, tFloat), "round": fixed(1, 1, tInt, tFloat),
		"int": fixed(1, 1, tInt, tAny), "float": fixed(1, 1, tFloat, tAny), "string": fixed(1, 1, text, tAny),
		"duration": fixed(1, 1, tDuration, text),
		"trim":     fixed(1, 2, text, text, text), "trimPrefix": fixed(2, 2, text, text, text),
		"trimSuffix": fixed(2, 2, text, text, text), "upper": fixed(1, 1, text, text), "lower": fixed(1, 1, text, text),
		"replace": fixed(3, 3, text, text, text, text), "indexOf": fixed(2, 2, tInt, text, text),
		"hasPrefix": fixed(2, 2, tBool, text, text), "hasSuffix": fixed(2, 2, tBool, text, text),
		"split": {min: 2, max: 2, result: signature(listOf(scalarType(text)), text, text)},
		"join":  {min: 1, max: 2, result: joinResult},
	}
}

// allowList is built once and never changed.
var allowList = functions()

// exprConfig is that of every expression: the allow-list, a bound on its size,
// and no view of the environment beyond what values gives it. Disabled
// builtins are plain names for the parser, so that the checker sees them.
func exprConfig() *conf.Config {
	options := []expr.Option{
		expr.DisableAllBuiltins(), expr.MaxNodes(maxExprNodes), expr.Patch(patcher{}),
		expr.Env(map[string]any{}), expr.AllowUndefinedVariables(),
		expr.Function("keys", sortedKeys), expr.Function("values", sortedValues),
	}
	for name := range allowList {
		if name != "keys" && name != "values" {
			options = append(options, expr.EnableBuiltin(name))
		}
	}
	c := conf.CreateNew()
	for _, option := range options {
		option(c)
	}
	for name := range c.Disabled {
		delete(c.Builtins, name)
	}
	return c
}

// sortedKeys replaces the library's, whose order changes from call to call.
func sortedKeys(params ...any) (any, error) {
	m, err := oneMap(params)
	out := make([]any, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k)
	}
	return out, err
}

func sortedValues(params ...any) (any, error) {
	m, err := oneMap(params)
	out := make([]any, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[k])
	}
	return out, err
}

func oneMap(params []any) (map[string]any, error) {
	if len(params) == 1 {
		if m, ok := params[0].(map[string]any); ok {
			return m, nil
		}
	}
	return nil, fmt.Errorf("not a map")
}

// controllerRoot holds what nodes["controller"] gives: the controller is no
// node, so iterating over nodes must not meet it.
const controllerRoot = "nodes.controller"

// patcher rewrites a checked expression before it is compiled.
type patcher struct{}

// Visit makes the left side of ?? end at the first missing value, so that
// `steps.x.out.rows ?? 0` needs no `?.`, and gives the controller its root.
func (patcher) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		if n.Operator == "??" {
			n.Left = optional(n.Left)
		}
	case *ast.MemberNode:
		if isController(n) {
			ast.Patch(node, &ast.IdentifierNode{Value: controllerRoot})
		}
	}
}

func optional(n ast.Node) ast.Node {
	if chain, ok := n.(*ast.ChainNode); ok {
		n = chain.Node
	}
	member, ok := n.(*ast.MemberNode)
	if !ok {
		return n
	}
	for m := member; m != nil; {
		m.Optional = true
		if chain, ok := m.Node.(*ast.ChainNode); ok {
			m.Node = chain.Node
		}
		m, _ = m.Node.(*ast.MemberNode)
	}
	chain := &ast.ChainNode{Node: member}
	chain.SetLocation(member.Location())
	return chain
}

// isController recognises nodes.controller and nodes["controller"].
func isController(n *ast.MemberNode) bool {
	root, ok := n.Node.(*ast.IdentifierNode)
	name, isText := n.Property.(*ast.StringNode)
	return ok && isText && root.Value == "nodes" && name.Value == controllerName
}

// controllerName is the reserved name of the place where controller steps run.
const controllerName = "controller"
