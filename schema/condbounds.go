package schema

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// alone settles one comparison by what is known of its subject.
func (j *judge) alone(n *ast.BinaryNode) verdict {
	for _, settled := range []verdict{j.present(n), j.grouped(n)} {
		if settled.known {
			return settled
		}
	}
	for _, value := range []bool{false, true} {
		c, ok := comparison(n, !value)
		if !ok {
			return verdict{}
		}
		if at, _ := j.conflict([]claim{c}); at != nil {
			return verdict{known: true, value: value, at: n, why: j.because(c)}
		}
	}
	return verdict{}
}

// because says what leaves one comparison no choice.
func (j *judge) because(c claim) string {
	switch {
	case len(c.values) == 0:
		return ": nothing is in an empty list"
	case len(j.bounds(c.node)) > 0:
		return ": it is never below 0"
	case isMember(c.node, "node", "name"):
		return ": the site has no such node"
	}
	return ": these are all the words that it can have"
}

// present settles whether something is nil that always has a value.
func (j *judge) present(n *ast.BinaryNode) verdict {
	subject := n.Left
	if _, left := n.Left.(*ast.NilNode); left {
		subject = n.Right
	} else if _, right := n.Right.(*ast.NilNode); !right {
		return verdict{}
	}
	m, ok := subject.(*ast.MemberNode)
	if !ok || n.Operator != "==" && n.Operator != "!=" {
		return verdict{}
	}
	root, isRoot := m.Node.(*ast.IdentifierNode)
	if !isRoot || !slices.Contains([]string{"inputs", "vars", "node", "site", "run", "stage"}, root.Value) || j.field(m) == nil {
		return verdict{}
	}
	return verdict{known: true, value: n.Operator == "!=", at: n, why: ": it always has a value"}
}

// grouped settles whether a node can be in a group.
func (j *judge) grouped(n *ast.BinaryNode) verdict {
	group, ok := n.Left.(*ast.StringNode)
	if !ok || n.Operator != "in" || !isMember(n.Right, "node", "groups") || j.scope == nil || j.scope.ofSite == nil || slices.Contains(j.scope.ofSite.Groups(), group.Value) {
		return verdict{}
	}
	return verdict{known: true, at: n, why: ": the site has no such group"}
}

// bounds are what holds for a subject whatever its value: nothing is shorter
// than 0, and no length is below it.
func (j *judge) bounds(n ast.Node) []claim {
	never := []claim{{op: ">=", values: []constant{{}}}}
	switch n := n.(type) {
	case *ast.BuiltinNode:
		if n.Name == "len" || n.Name == "count" {
			return never
		}
	case *ast.MemberNode:
		if t := j.field(n); t != nil && rootOf(n) == "inputs" && (t.kind == tDuration || t.kind == tSize) {
			return never
		}
	}
	return nil
}

// field is the type of a field of a root, nil where it is not known.
func (j *judge) field(m *ast.MemberNode) *typ {
	name, isName := m.Property.(*ast.StringNode)
	if j.scope == nil || !isName || j.scope.roots[rootOf(m)] == nil {
		return nil
	}
	return j.scope.roots[rootOf(m)].fields[name.Value]
}

func rootOf(m *ast.MemberNode) string {
	if root, ok := m.Node.(*ast.IdentifierNode); ok {
		return root.Value
	}
	return ""
}

func isMember(n ast.Node, root, name string) bool {
	m, ok := n.(*ast.MemberNode)
	if !ok || rootOf(m) != root {
		return false
	}
	text, ok := m.Property.(*ast.StringNode)
	return ok && text.Value == name
}
