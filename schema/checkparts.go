package schema

import (
	"cmp"
	"fmt"

	"github.com/expr-lang/expr/ast"
)

func (c *checker) slice(n *ast.SliceNode) *typ {
	t := c.used(n.Node)
	for _, bound := range []ast.Node{n.From, n.To} {
		if bound != nil {
			c.require(bound, tInt)
		}
	}
	if s := t.carries(); s != "" && t.kind != tList {
		return c.untold(n, "a part of", s)
	}
	if t.kind != tList && t.kind != tString && t.kind != tAny {
		return c.error(n, codeMismatch, fmt.Sprintf("no part can be taken of %s", a(t)), "")
	}
	if t.kind == tString {
		return scalarType(tString)
	}
	return t
}

func (c *checker) array(n *ast.ArrayNode) *typ {
	elem := scalarType(tNil)
	for _, e := range n.Nodes {
		t := c.used(e)
		joined := join(elem, t)
		if joined == nil {
			return c.error(e, codeMismatch, fmt.Sprintf("%s in a list of %s", a(t), elem), cmp.Or(wayOut(elem, t), "write all of one type"))
		}
		elem = joined
	}
	if elem.kind == tNil {
		elem = scalarType(tAny)
	}
	return listOf(elem)
}

func (c *checker) object(n *ast.MapNode) *typ {
	out := &typ{kind: tObject, fields: map[string]*typ{}}
	for _, p := range n.Pairs {
		pair, ok := p.(*ast.PairNode)
		if !ok {
			continue
		}
		key, ok := pair.Key.(*ast.StringNode)
		if !ok {
			return c.error(pair.Key, codeMismatch, "a key is plain text", "")
		}
		out.fields[key.Value] = c.used(pair.Value)
	}
	return out
}

// pointer is # (or what a leading dot stands for) inside a predicate.
func (c *checker) pointer(n *ast.PointerNode) *typ {
	switch {
	case c.element == nil:
		return c.error(n, codeExpr, "# stands only inside a predicate", "")
	case n.Name == "index":
		return scalarType(tInt)
	case n.Name != "":
		return c.error(n, codeUnknown, fmt.Sprintf("unknown name #%s", n.Name), "")
	}
	return c.element
}
