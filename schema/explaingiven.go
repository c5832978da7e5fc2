package schema

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// giving is what an input has its value from, where it is not the runbook's:
// who takes a list of stages or uses a composite kind gives it, else it is the
// default that these declare.
type giving struct {
	node  *yaml.Node // nil when nothing is given
	def   *yaml.Node // nil without a default
	exprs []*Expr    // of the value that holds
	at    stand      // where these stand
}

// given looks an input up; nil for one of the runbook.
func (at stand) given(name string) *giving {
	switch v := at.frame.values[name]; {
	case v != nil:
		g := &giving{def: v.input.def, exprs: exprsBelow(v.node, v.leaves), at: stand{frame: at.frame.outer}}
		if v.node != v.input.def {
			g.node = v.node
		}
		return g
	case at.outer == nil:
		return nil
	}
	made, g := at.outer.kind.made, &giving{at: at.outer.stand()}
	if i := slices.IndexFunc(made.inputs, func(in Input) bool { return in.Name == name }); i >= 0 {
		g.def, g.exprs = made.inputs[i].def, exprsBelow(made.inputs[i].def, made.inputs[i].leaves)
	}
	if g.node = valueOf(at.outer.args, name); g.node != nil {
		g.exprs = at.outer.exprsIn(g.node)
	}
	return g
}

// exprsBelow are the expressions of a value in the order of the text.
func exprsBelow(n *yaml.Node, leaves map[*yaml.Node]*leaf) []*Expr {
	if n == nil {
		return nil
	}
	out := leaves[n].exprs()
	for _, c := range n.Content {
		out = append(out, exprsBelow(c, leaves)...)
	}
	return out
}

// inputLayers are the places that an input's value passed.
func (x *explainer) inputLayers(name string, at stand) []Layer {
	g := at.given(name)
	if g == nil {
		return x.runbookInput(name)
	}
	var out []Layer
	if g.def != nil {
		out = append(out, Layer{From: "default of " + x.book.textOf(g.def), Pos: x.book.docs.pos(g.def), Value: oneLine(g.def)})
	}
	if g.node != nil {
		out = append(out, x.book.layersOf(g.node)...)
	}
	return out
}

// runbookInput is an input that the command line gives.
func (x *explainer) runbookInput(name string) []Layer {
	var out []Layer
	in := x.book.input(name)
	switch {
	case in == nil:
		return nil
	case in.def != nil:
		out = x.book.layersOf(in.def)
	default:
		out = []Layer{{From: "runbook " + x.book.Name, Pos: in.Pos, Value: "required: --input " + name + "=…"}}
	}
	if text, ok := x.given[name]; ok {
		out = append(out, givenLayer(text))
	}
	return out
}

// givenLayer is what the command line gives.
func givenLayer(text string) Layer {
	return Layer{From: "--input", Pos: Pos{File: commandLine}, Value: text}
}
