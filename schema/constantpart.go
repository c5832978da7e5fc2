package schema

import (
	"errors"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// constants evaluates the parts in which all is written out: what fails there
// fails on every node, and is told before there is one.
func (e *Expr) constants(r *report) {
	if len(constantParts(e.tree)) == 0 {
		return
	}
	tree, err := parser.ParseWithConfig(e.text, r.config())
	if err != nil {
		return // told when it was parsed first
	}
	for _, part := range constantParts(tree.Node) {
		p, err := compiled(&parser.Tree{Node: part, Source: tree.Source}, r.config(), &r.patterns)
		if err == nil {
			_, err = expr.Run(p, map[string]any{meterRoot: &meter{}})
		}
		if err != nil {
			e.failed(r, evaluationCode(err), err)
		}
	}
}

func evaluationCode(err error) string {
	if errors.As(err, new(tooMuch)) {
		return codeTooMuch
	}
	return codeEvaluation
}

// constantParts are the largest parts of an expression that work on written
// values alone.
func constantParts(n ast.Node) []ast.Node {
	w := &constantWalk{}
	if w.visit(n) {
		w.keep(n)
	}
	return w.found
}

type constantWalk struct{ found []ast.Node }

// visit reports whether all of a part is written out.
func (w *constantWalk) visit(n ast.Node) bool {
	switch n.(type) {
	case *ast.IdentifierNode, *ast.PointerNode:
		return false
	}
	var written []ast.Node
	parts := partsOf(n)
	for _, part := range parts {
		if w.visit(part) {
			written = append(written, part)
		}
	}
	if len(written) == len(parts) {
		return true
	}
	for _, part := range written {
		w.keep(part)
	}
	return false
}

// keep takes what works on values; a list is what its elements are.
func (w *constantWalk) keep(n ast.Node) {
	switch n.(type) {
	case *ast.ArrayNode, *ast.MapNode, *ast.PairNode, *ast.PredicateNode:
		for _, part := range partsOf(n) {
			w.keep(part)
		}
		return
	}
	if _, plain := constantOf(n); !plain && len(partsOf(n)) > 0 {
		w.found = append(w.found, n)
	}
}

// partsOf are the parts that a part is made of.
func partsOf(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.CallNode:
		return n.Arguments
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	case *ast.SliceNode:
		parts := []ast.Node{n.Node}
		for _, bound := range []ast.Node{n.From, n.To} {
			if bound != nil {
				parts = append(parts, bound)
			}
		}
		return parts
	}
	return nil
}
