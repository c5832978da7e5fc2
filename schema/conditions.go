package schema

import (
	"github.com/expr-lang/expr/ast"
)

// verdict is what is known of a condition before any value is: nothing, or
// that it is always true or never, and which part makes it so.
type verdict struct {
	known, value bool
	at           ast.Node
	why          string // what it contradicts or follows from; may be empty
}

// decided reports a condition that decides nothing. It never claims what is
// not so: whatever it does not understand may be true or false.
func (e *Expr) decided(r *report, s *scope) {
	if e.tree == nil {
		return
	}
	v := (&judge{scope: s}).settle(e.tree)
	_, literal := e.tree.(*ast.BoolNode)
	switch {
	case !v.known:
	case v.value:
		e.mark(r, Warning, v.at, codeAlways, "this is always true"+v.why, "remove it, or compare with what was meant")
	case literal:
		e.mark(r, Warning, v.at, codeNever, "this is never true", "remove the step; to leave it out at one site, skip it with a reason in an overlay")
	default:
		e.mark(r, Error, v.at, codeNever, "this is never true"+v.why, "correct the condition, or remove what hangs on it")
	}
}

// mark reports at a part of an expression.
func (e *Expr) mark(r *report, s Severity, n ast.Node, code, message, help string) {
	from, width := (&checker{expr: e}).extent(n)
	r.add(s, r.docs.of(e.node).locate(e.node, e.off+from), width, code, message, help)
}

// judge settles conditions; the scope knows which words an input can have.
type judge struct{ scope *scope }

func (j *judge) settle(n ast.Node) verdict {
	switch n := n.(type) {
	case *ast.BoolNode:
		return verdict{known: true, value: n.Value, at: n}
	case *ast.UnaryNode:
		v := j.settle(n.Node)
		if n.Operator != "!" && n.Operator != "not" {
			return verdict{}
		}
		v.value = !v.value
		return v
	case *ast.BinaryNode:
		if isAnd(n) || isOr(n) {
			if v := j.joined(n, isAnd(n)); v.known {
				return v
			}
			return j.together(n, isAnd(n))
		}
		if v := compared(n); v.known {
			return v
		}
		return j.alone(n)
	}
	return verdict{}
}

// joined settles `a && b` (all) and `a || b`: one part may decide it, or all
// of them may.
func (j *judge) joined(n *ast.BinaryNode, all bool) verdict {
	left, right := j.part(n.Left, all), j.part(n.Right, all)
	for _, v := range []verdict{left, right} {
		if v.known && v.value != all {
			return v
		}
	}
	if left.known && right.known {
		return right
	}
	return verdict{}
}

// part settles one side; a chain of the same operator goes on in it, and is
// looked at as a whole at its top.
func (j *judge) part(n ast.Node, all bool) verdict {
	if b, ok := n.(*ast.BinaryNode); ok && (all && isAnd(b) || !all && isOr(b)) {
		return j.joined(b, all)
	}
	return j.settle(n)
}

// together settles a chain by two parts that exclude each other.
func (j *judge) together(n *ast.BinaryNode, all bool) verdict {
	claims := j.claims(n, all, nil)
	if at, why := j.conflict(claims); at != nil {
		return verdict{known: true, value: !all, at: at, why: beside(why, all)}
	}
	return verdict{}
}

// beside names the part that leaves nothing to the other.
func beside(other string, all bool) string {
	switch {
	case other == "":
		return ""
	case all:
		return ": it excludes " + other
	}
	return ": what it leaves out is covered by " + other
}

// compared settles a comparison of two written values, or of a value with
// itself.
func compared(n *ast.BinaryNode) verdict {
	l, isLeft := constantOf(n.Left)
	r, isRight := constantOf(n.Right)
	switch {
	case isLeft && isRight:
		value, ok := l.holds(n.Operator, r)
		return verdict{known: ok, value: value, at: n, why: ": both sides are written out"}
	case !isLeft && !isRight && n.Left.String() == n.Right.String():
		switch n.Operator {
		case "==", "<=", ">=":
			return verdict{known: true, value: true, at: n, why: ": both sides are the same"}
		case "!=", "<", ">":
			return verdict{known: true, at: n, why: ": both sides are the same"}
		}
	}
	return verdict{}
}

func isAnd(n *ast.BinaryNode) bool { return n.Operator == "&&" || n.Operator == "and" }

func isOr(n *ast.BinaryNode) bool { return n.Operator == "||" || n.Operator == "or" }

// conflict finds the first claim that cannot hold beside those before it.
func (j *judge) conflict(claims []claim) (at ast.Node, why string) {
	known := map[string]*domain{}
	for _, c := range claims {
		d := known[c.subject]
		if d == nil {
			d = &domain{allowed: j.words(c.node), others: j.bounds(c.node)}
			known[c.subject] = d
		}
		before := d.first
		if d.add(c); d.empty() {
			if before == nil {
				return c.at, ""
			}
			return c.at, before.String()
		}
	}
	return nil, ""
}

// words are those that an input with an enum can have, or the names of the
// site's nodes; nil for anything else.
func (j *judge) words(n ast.Node) []constant {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return nil
	}
	var words []string
	if t := j.field(m); t != nil && rootOf(m) == "inputs" && t.kind == tString {
		words = t.values
	}
	if isMember(n, "node", "name") && j.scope != nil && j.scope.ofSite != nil {
		words = append(nodeNames(siteNodes(j.scope.ofSite)), controllerName)
	}
	var out []constant
	for _, w := range words {
		out = append(out, constant{text: w, isText: true})
	}
	return out
}
