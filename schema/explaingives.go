package schema

import (
	"reflect"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// gives is the value of what is written at n, where expressions decide it and
// all that they read is known without a run: inputs, vars and the site. "" where
// it is not, or is secret.
func (x *explainer) gives(n *yaml.Node, path []string) string {
	if len(path) == 3 && path[0] == "inputs" && path[2] == "default" && x.step == nil {
		return x.defaultGives(x.book.input(path[1]))
	}
	if x.step == nil || n == x.step.entry {
		return ""
	}
	at := x.step.stand()
	exprs := x.step.exprsIn(n)
	if len(exprs) == 0 || slices.ContainsFunc(exprs, func(e *Expr) bool { return !x.atDesk(e, at) }) {
		return ""
	}
	d := &decoder{report: &report{docs: x.book.docs}, leaves: x.step.leaves, conds: x.step.conds}
	d.env = at.frame.roots(d.report, x.env(at))
	if exprs[0].node == n && x.step.leaves[n] == nil { // a bare one
		v, ok := exprs[0].eval(d.report, d.env)
		return known(v, exprs[0].typ, ok)
	}
	var v any
	ok := d.decode(n, reflect.ValueOf(&v).Elem())
	return known(v, exprs[0].typ, ok)
}

// outside adds what the site and the command line give over a var or an input
// of the runbook.
func (x *explainer) outside(out *Explanation, path []string) {
	switch {
	case len(path) == 2 && path[0] == "vars":
		out.Layers = x.varLayers(path[1])
		out.Gives = x.varGives(path[1], out.Gives, out.Layers)
		if out.Value == "" { // the runbook has none of its own
			out.Value, out.Gives = out.Gives, ""
		}
	case len(path) == 2 && path[0] == "inputs":
		in := x.book.input(path[1])
		if text, ok := x.given[in.Name]; ok {
			out.Layers = append(out.Layers, givenLayer(text))
			if v, ok := x.input(in); ok {
				out.Gives = known(v, in.typ, true)
			}
		} else {
			x.readsDefault(out, in)
		}
	case len(path) == 3 && path[0] == "inputs" && path[2] == "default":
		x.readsDefault(out, x.book.input(path[1]))
	}
}

// varGives is the value that a site sets over the runbook's, where no node sets another.
func (x *explainer) varGives(name, gives string, layers []Layer) string {
	own := func(n Node) bool { _, own := n.Vars[name]; return own }
	if len(layers) == 0 {
		return gives
	}
	if last := layers[len(layers)-1]; x.site != nil && last.From == x.siteName() && !slices.ContainsFunc(x.site.Nodes, own) {
		return last.Value
	}
	return gives
}

// defaultGives is gives for the default of an input.
func (x *explainer) defaultGives(in *Input) string {
	exprs := exprsBelow(in.def, in.leaves)
	if len(exprs) == 0 || slices.ContainsFunc(exprs, func(e *Expr) bool { return !x.atDesk(e, stand{frame: newFrame(nil, nil)}) }) {
		return ""
	}
	b := x.binder()
	b.fallback(in)
	return known(b.out[in.Name], in.typ, !b.list.HasErrors())
}

// known writes a value out, but for secrets.
func known(v any, t *typ, ok bool) string {
	n, number := v.(int)
	d, lasts := v.(time.Duration)
	switch {
	case !ok || t.carries() != "":
		return ""
	case lasts:
		return DurationText(d)
	case number && t.kind == tSize:
		return Size(n).String()
	}
	return tracedValue(withUnits(v))
}

// withUnits writes the durations in a value as people read them.
func withUnits(v any) any {
	switch v := v.(type) {
	case time.Duration:
		return DurationText(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withUnits(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[name] = withUnits(e)
		}
		return out
	}
	return v
}

// atDesk reports whether all that an expression reads is known without a run.
func (x *explainer) atDesk(e *Expr, at stand) bool {
	if e.program == nil || e.typ.carries() != "" {
		return false
	}
	for root := range e.refs.roots {
		switch {
		case root == "inputs" && len(e.refs.inputs) > 0:
		case (root == "vars" || root == "site") && x.site != nil:
		default:
			return false
		}
	}
	for name := range e.refs.vars {
		if name == allVars || slices.ContainsFunc(x.site.Nodes, func(n Node) bool { _, own := n.Vars[name]; return own }) {
			return false
		}
	}
	for name := range e.refs.inputs {
		if !x.inputAtDesk(name, at) {
			return false
		}
	}
	return true
}

func (x *explainer) inputAtDesk(name string, at stand) bool {
	if g := at.given(name); g != nil {
		return !slices.ContainsFunc(g.exprs, func(e *Expr) bool { return !x.atDesk(e, g.at) })
	}
	in := x.book.input(name)
	if in == nil || in.typ.carries() != "" {
		return false
	}
	for _, e := range exprsBelow(in.def, in.leaves) {
		if x.given[name] == "" && !x.atDesk(e, stand{frame: newFrame(nil, nil)}) {
			return false
		}
	}
	_, ok := x.input(in)
	return ok
}

// input is the value that an input of the runbook has, where it has one.
func (x *explainer) input(in *Input) (any, bool) {
	b := x.binder()
	switch text, given := x.given[in.Name]; {
	case given:
		b.given(in, text)
	case in.HasDefault:
		b.fallback(in)
	default:
		return nil, false
	}
	return b.out[in.Name], !b.list.HasErrors()
}

func (x *explainer) binder() *binder {
	return &binder{book: x.book, site: x.site, out: map[string]any{}}
}

// env is what expressions see at the desk, through the composite steps around.
func (x *explainer) env(at stand) Env {
	if at.outer != nil {
		env, _ := at.outer.Enter(x.env(at.outer.stand()))
		return env
	}
	env := Env{Site: x.site.Env(), Vars: x.book.VarsFor(nil, x.site), Inputs: map[string]any{}}
	for i := range x.book.Inputs {
		if v, ok := x.input(&x.book.Inputs[i]); ok {
			env.Inputs[x.book.Inputs[i].Name] = v
		}
	}
	return env
}
