package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"gopkg.in/yaml.v3"
)

// reads adds what the expressions of a value read.
func (x *explainer) reads(out *Explanation, n *yaml.Node) {
	if x.step == nil {
		return
	}
	for _, e := range x.step.exprsIn(n) {
		x.readsOf(out, e, x.step.stand())
	}
}

// exprsIn are the expressions of a step that stand in a value.
func (s *Step) exprsIn(n *yaml.Node) []*Expr {
	var out []*Expr
	for _, e := range []*Expr{s.when, s.eachExpr(), s.conds[n]} {
		if e != nil && e.node == n {
			out = append(out, e)
		}
	}
	out = append(out, s.leaves[n].exprs()...)
	for _, c := range n.Content {
		out = append(out, s.exprsIn(c)...)
	}
	return out
}

func (s *Step) eachExpr() *Expr {
	if s.each == nil {
		return nil
	}
	return s.each.expr
}

// exprs are the expressions of a leaf; a nil leaf has none.
func (l *leaf) exprs() []*Expr {
	var out []*Expr
	if l != nil {
		for _, p := range l.parts {
			if p.expr != nil {
				out = append(out, p.expr)
			}
		}
	}
	return out
}

// stand is where an expression stands, which decides what its names mean.
type stand struct {
	frame *frame
	outer *Step // the composite step around it, nil for none
}

func (s *Step) stand() stand { return stand{s.frame, s.outer} }

func (x *explainer) readsOf(out *Explanation, e *Expr, at stand) {
	for _, name := range e.members() {
		if slices.Contains(x.seen[at.frame], name) {
			continue
		}
		x.seen[at.frame] = append(x.seen[at.frame], name)
		root, field, _ := strings.Cut(name, ".")
		out.Reads = append(out.Reads, Read{name, x.origin(root, field, at)})
		if root != "inputs" {
			continue
		}
		exprs, from := x.readsInput(field, at)
		for _, inner := range exprs {
			x.readsOf(out, inner, from)
		}
	}
}

// readsInput are the expressions that the value of an input is made of, and where they stand.
func (x *explainer) readsInput(name string, at stand) ([]*Expr, stand) {
	if g := at.given(name); g != nil {
		return g.exprs, g.at
	}
	in := x.book.input(name)
	if _, given := x.given[name]; given || in == nil {
		return nil, at
	}
	return exprsBelow(in.def, in.leaves), at
}

// readsDefault adds what the default of an input of the runbook reads.
func (x *explainer) readsDefault(out *Explanation, in *Input) {
	at := stand{frame: newFrame(nil, nil)}
	for _, e := range exprsBelow(in.def, in.leaves) {
		x.readsOf(out, e, at)
	}
}

// members are the names an expression reads, as root.field.
func (e *Expr) members() []string {
	v := &memberVisitor{}
	if e.tree != nil {
		ast.Walk(&e.tree, v)
	}
	slices.Sort(v.found)
	return slices.Compact(v.found)
}

type memberVisitor struct{ found []string }

// Visit is called by the library for each part of an expression.
func (v *memberVisitor) Visit(n *ast.Node) {
	m, ok := (*n).(*ast.MemberNode)
	if !ok {
		return
	}
	root, ok := m.Node.(*ast.IdentifierNode)
	field, ok2 := m.Property.(*ast.StringNode)
	if ok && ok2 {
		v.found = append(v.found, root.Value+"."+field.Value)
	}
}

// origin is where a name gets its value from, the deciding place last.
func (x *explainer) origin(root, field string, at stand) []Layer {
	switch root {
	case "inputs":
		return x.inputLayers(field, at)
	case "vars":
		return x.varLayers(field)
	case "site":
		return x.siteLayers(field)
	case "steps":
		for _, a := range x.book.Addresses() {
			if a.step != nil && a.step.ID == field && a.step.outer == at.outer {
				return []Layer{{From: "output of step " + field, Pos: a.step.Pos, Value: "known when it ran"}}
			}
		}
	}
	if root == "secrets" {
		return x.secretLayers(field)
	}
	return []Layer{{From: root, Value: "another one on each " + root}}
}

// secretLayers say where the site declares a secret; what it is is never read.
func (x *explainer) secretLayers(name string) []Layer {
	layer := Layer{From: "secret " + name, Value: "known when it is used"}
	if x.site != nil {
		doc := parse(x.site.Source, &report{})
		if n := valueOf(valueOf(doc.root, "secrets"), name); n != nil {
			layer.From, layer.Pos = x.siteName(), doc.pos(n)
		}
	}
	return []Layer{layer}
}

// varLayers are runbook, site and node, the order in which they are set over
// each other.
func (x *explainer) varLayers(name string) []Layer {
	var out []Layer
	if n := valueOf(valueOf(x.book.root, "vars"), name); n != nil {
		out = append(out, x.book.layersOf(n)...)
	}
	if x.site == nil {
		return out
	}
	doc := parse(x.site.Source, &report{})
	if n := valueOf(valueOf(doc.root, "vars"), name); n != nil {
		out = append(out, Layer{From: x.siteName(), Pos: doc.pos(n), Value: oneLine(n)})
	}
	for _, node := range x.site.Nodes {
		if n := valueOf(valueOf(valueOf(valueOf(doc.root, "nodes"), node.Name), "vars"), name); n != nil {
			out = append(out, Layer{From: "node " + node.Name, Pos: doc.pos(n), Value: oneLine(n)})
		}
	}
	return out
}

// siteName is how a layer names the site.
func (x *explainer) siteName() string { return "site " + x.site.Name }

func (x *explainer) siteLayers(field string) []Layer {
	if x.site == nil {
		return nil
	}
	doc := parse(x.site.Source, &report{})
	layer := Layer{From: x.siteName(), Pos: Pos{File: x.site.Source.Name}}
	key := map[string]string{"name": "site"}[field]
	if key == "" {
		key = field
	}
	if n := valueOf(doc.root, key); n != nil {
		layer.Pos = doc.pos(n)
	}
	if values, ok := (Env{Site: x.site.Env()}).roots()["site"].(map[string]any); ok {
		layer.Value = fmt.Sprint(values[field])
	}
	return []Layer{layer}
}
