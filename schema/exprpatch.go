package schema

import "github.com/expr-lang/expr/ast"

// patcher rewrites a checked expression before it is compiled.
type patcher struct{ patterns *patterns }

// Visit makes the left side of ?? end at the first missing value, so that
// `steps.x.out.rows ?? 0` needs no `?.`, gives the controller its root, and
// puts the meter before whatever grows or looks at whole values.
func (p patcher) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		p.written(n)
		patchBinary(node, n)
	case *ast.UnaryNode:
		if _, written := n.Node.(*ast.IntegerNode); n.Operator == "-" && !written {
			patchCall(node, negative, n.Node)
		}
	case *ast.BuiltinNode:
		if n.Name == "sum" {
			patchCall(node, n.Name, summed(n))
			return
		}
		if f := allowList[n.Name]; !f.predicate {
			meterAll(n.Arguments)
		}
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok && allowList[id.Value].call != nil {
			meterAll(n.Arguments)
			patchCall(node, id.Value, n.Arguments...)
		}
	case *ast.MemberNode:
		if isController(n) {
			ast.Patch(node, &ast.IdentifierNode{Value: controllerRoot})
		}
	}
}

// written puts the compiled pattern in the place of a written one.
func (p patcher) written(n *ast.BinaryNode) {
	text, ok := n.Right.(*ast.StringNode)
	if n.Operator != "matches" || !ok {
		return
	}
	if made, err := p.patterns.get(text.Value); err == nil {
		n.Right = &ast.ConstantNode{Value: made}
	}
}

func patchBinary(node *ast.Node, n *ast.BinaryNode) {
	switch {
	case n.Operator == "??":
		n.Left = optional(n.Left)
	case isOwn(n.Operator):
		patchCall(node, n.Operator, n.Left, n.Right)
	case n.Operator != "and" && n.Operator != "&&" && n.Operator != "or" && n.Operator != "||":
		n.Left, n.Right = meterOne(n.Left), meterOne(n.Right)
	}
}

// summed is the list of what a sum adds.
func summed(n *ast.BuiltinNode) ast.Node {
	if len(n.Arguments) == 1 {
		return n.Arguments[0]
	}
	list := &ast.BuiltinNode{Name: "map", Arguments: n.Arguments}
	list.SetLocation(n.Location())
	return list
}

func patchCall(node *ast.Node, name string, args ...ast.Node) {
	args = append([]ast.Node{&ast.IdentifierNode{Value: meterRoot}}, args...)
	ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: ownName(name)}, Arguments: args})
}

func meterAll(args []ast.Node) {
	for i := range args {
		args[i] = meterOne(args[i])
	}
}

// meterOne counts an operand when it is evaluated; constants are small.
func meterOne(n ast.Node) ast.Node {
	switch n.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.ConstantNode:
		return n
	}
	call := &ast.CallNode{Callee: &ast.IdentifierNode{Value: meteredName}, Arguments: []ast.Node{&ast.IdentifierNode{Value: meterRoot}, n}}
	call.SetLocation(n.Location())
	return call
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
