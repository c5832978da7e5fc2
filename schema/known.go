package schema

import (
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// Known evaluates those arguments that wait for no output: args points to a new
// value of the kind's Args struct in which the others are empty, and late names
// these. It is what can be said of a task before the steps it waits for ran.
func (s *Step) Known(env Env) (args any, late []string, ds Diagnostics) {
	d := s.reader(env)
	v := reflect.New(s.kind.argsType())
	for _, f := range d.fieldsOf(s.kind.argsType()) {
		value := s.argument(f)
		switch {
		case s.late[f.name] != nil:
			late = append(late, f.name)
		case value != nil:
			d.field(value, v.Elem(), f)
		default:
			d.setDefault(s.args, v.Elem(), f)
		}
	}
	return v.Interface(), late, d.list.sorted()
}

// argument is what is written for a field of the arguments; nil where nothing
// is. A bare value is that of the short field.
func (s *Step) argument(f field) *yaml.Node {
	if s.bare() {
		if !f.short {
			return nil
		}
		return s.args
	}
	return valueOf(s.args, f.name)
}

// bare reports whether the arguments are one value, and no mapping of names.
func (s *Step) bare() bool {
	return s.args != nil && s.args.Kind != yaml.MappingNode
}

// lateArgs are the arguments that depend on the outputs of other steps.
func (l *loader) lateArgs(s *Step) map[string]*yaml.Node {
	late := map[string]*yaml.Node{}
	if s.args == nil {
		return late
	}
	for _, f := range l.fieldsOf(s.kind.argsType()) {
		if value := s.argument(f); value != nil && l.lateBelow(s, value) {
			late[f.name] = value
		}
	}
	return late
}

// lateBelow reports whether anything at or below a node reads an output.
func (l *loader) lateBelow(s *Step, n *yaml.Node) bool {
	if leaf := s.leaves[n]; leaf != nil && l.late(leaf) {
		return true
	}
	if e := s.conds[n]; e != nil && l.waitsFor(e) {
		return true
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return l.lateBelow(s, c) })
}

// late reports whether a leaf reads an output.
func (l *loader) late(leaf *leaf) bool {
	for _, p := range leaf.parts {
		if p.expr != nil && l.waitsFor(p.expr) {
			return true
		}
	}
	return false
}

// waitsFor reports whether an expression reads an output, be it through an
// argument of the composite step around it.
func (l *loader) waitsFor(e *Expr) bool {
	waits := map[string]bool{}
	l.reads(e, waits)
	if l.within.step != nil {
		for name := range e.refs.inputs {
			if l.within.step.late[name] != nil {
				return true
			}
		}
	}
	return len(waits) > 0
}
