package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// hyphen reports a - between two names without a space: a hyphen in a name that was meant as one.
func (c *checker) hyphen(n *ast.BinaryNode) bool {
	right, minus := leftmost(n.Right), n.Location().From
	if right == nil || c.scope.roots[right.Value] != nil || right.Location().From != minus+1 {
		return false
	}
	switch left := n.Left.(type) {
	case *ast.IdentifierNode:
		return c.hyphenRoot(left, right, minus)
	case *ast.MemberNode:
		return c.hyphenField(left, right, minus)
	}
	return false
}

// hyphenField reports `inputs.backup-id`, which subtracts id from inputs.backup.
func (c *checker) hyphenField(left *ast.MemberNode, right *ast.IdentifierNode, minus int) bool {
	name, ok := left.Property.(*ast.StringNode)
	if !ok || name.Location().To != minus {
		return false
	}
	text := name.Value + "-" + right.Value
	c.report.within(c.expr.node, c.expr.off+name.Location().From, utf8.RuneCountInString(text), codeHyphen,
		fmt.Sprintf("%q is no name: the hyphen subtracts %s from %s", text, right.Value, left),
		fmt.Sprintf("names in expressions have no hyphens: did you mean %s?", strings.ReplaceAll(text, "-", "_")))
	return true
}

// hyphenRoot reports `node-name`, where a dot is meant or no name of ours.
func (c *checker) hyphenRoot(left, right *ast.IdentifierNode, minus int) bool {
	if left.Location().To != minus {
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
