package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

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
