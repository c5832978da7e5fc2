package schema

import (
	"maps"

	"gopkg.in/yaml.v3"
)

// frame is what the expressions of a list of stages or steps see as inputs.
// The runbook's own has no values: its inputs come with the Env. In every
// other each input is a value that stands in the frame around it, evaluated
// where it is read.
type frame struct {
	outer  *frame // nil for the runbook's own
	typ    *typ   // of inputs
	values map[string]*frameValue
	used   map[string]bool // names that an expression reads
}

// frameValue is one input's value: what was given, else the default.
type frameValue struct {
	input  Input
	node   *yaml.Node
	leaves map[*yaml.Node]*leaf
	waits  map[string]bool // steps whose outputs it reads
}

func newFrame(outer *frame, inputs []Input) *frame {
	f := &frame{outer: outer, typ: object("input", map[string]*typ{}), used: map[string]bool{}}
	for _, in := range inputs {
		f.typ.fields[in.Name] = in.typ
	}
	return f
}

// read notes what an expression reads, here and, through the values of
// inputs, in the frames around; waits may be nil.
func (f *frame) read(r refs, waits map[string]bool) {
	maps.Copy(f.used, r.inputs)
	if waits == nil {
		return
	}
	maps.Copy(waits, r.steps)
	for name := range r.inputs {
		if v := f.values[name]; v != nil {
			maps.Copy(waits, v.waits)
		}
	}
}

// roots are the values under the names that expressions use. Inputs that read
// the outputs of steps are left out while none is known.
func (f *frame) roots(r *report, env Env) map[string]any {
	if f == nil || f.outer == nil {
		return env.roots()
	}
	around := f.outer.roots(r, env)
	inputs := make(map[string]any, len(f.values))
	for name, v := range f.values {
		if len(v.waits) > 0 && env.Steps == nil && env.Nodes == nil {
			continue
		}
		d := &decoder{report: r, leaves: v.leaves, env: around}
		inputs[name] = v.input.read(d, v.node, nil)
	}
	out := maps.Clone(around)
	out["inputs"] = inputs
	return out
}
