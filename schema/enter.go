package schema

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// Inner gives the steps that a step of a composite kind is made of, nil for
// any other.
func (s *Step) Inner() []*Step { return s.inner }

// Enter gives what the inner steps see: the step's arguments as inputs, and no
// outputs yet. While env.Steps is nil, arguments that depend on outputs are
// left out: no inner step that is not waiting reads them.
func (s *Step) Enter(env Env) (Env, Diagnostics) {
	d := s.reader(env)
	inputs := make(map[string]any, len(s.kind.made.inputs))
	for i := range s.kind.made.inputs {
		in := &s.kind.made.inputs[i]
		given := valueOf(s.args, in.Name)
		switch {
		case given != nil && s.late[in.Name] != nil && env.Steps == nil:
		case given != nil:
			inputs[in.Name] = in.read(d, given, nil)
		case in.def != nil:
			inputs[in.Name] = in.fallback(d.report, env, nil)
		}
	}
	out := env
	out.Inputs, out.Steps, out.Nodes, out.Item = inputs, nil, nil, nil
	if env.Steps != nil {
		out.Steps = map[string]any{}
	}
	return out, d.list.sorted()
}

// fallback evaluates the default of an input.
func (in *Input) fallback(r *report, env Env, site *Site) any {
	return in.read(&decoder{report: r, leaves: in.leaves, env: env.roots()}, in.def, site)
}

// read gives the value of an input as it stands at n; nodes are looked up
// where there is a site.
func (in *Input) read(d *decoder, n *yaml.Node, site *Site) any {
	v := in.value()
	if d.decode(n, v) {
		d.allowed(n, v, in, site)
	}
	return plainValue(v)
}

// Outputs evaluates what a composite step puts out; env is what Enter gave,
// with the outputs of the inner steps.
func (s *Step) Outputs(env Env) (map[string]any, Diagnostics) {
	r := &report{docs: s.docs}
	out := map[string]any{}
	for name, leaf := range s.outputs {
		if v, ok := leaf.eval(r, env.roots()); ok {
			out[name] = v
		}
	}
	return out, r.list.sorted()
}

// Find gives the step with these ids: a step of a stage, or of the composite
// step before it. The stage of the closing steps is "finally".
func (r *Runbook) Find(stage string, ids ...string) *Step {
	steps := r.Finally
	for _, s := range r.Stages {
		if s.ID == stage {
			steps = s.Steps
		}
	}
	var found *Step
	for _, id := range ids {
		i := slices.IndexFunc(steps, func(s *Step) bool { return s.ID == id })
		if i < 0 {
			return nil
		}
		found, steps = steps[i], steps[i].inner
	}
	return found
}
