package schema

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// give makes the frame in which inputs have the values of a `with:`, else
// their defaults. The values stand in the frame that is read now, and scope is
// what they may use; at is where the lack of one is reported.
func (l *loader) give(at, with *yaml.Node, inputs []Input, s *scope) *frame {
	f := newFrame(l.frame, inputs)
	f.values = map[string]*frameValue{}
	given := map[string]*yaml.Node{}
	if with != nil {
		given, _ = l.entries(with, nil)
	}
	l.unknownInputs(with, inputs)
	for _, in := range inputs {
		node := given[in.Name]
		switch {
		case node != nil:
			f.values[in.Name] = l.givenValue(in, node, s)
		case in.HasDefault:
			f.values[in.Name] = &frameValue{input: in, node: in.def, leaves: in.leaves}
			l.notGiven(at, in)
		case in.Required:
			l.at(at, codeGiven, fmt.Sprintf("input %q is missing", in.Name), fmt.Sprintf("with: {%s: …}%s", in.Name, meaning(in)))
		}
	}
	return f
}

func meaning(in Input) string {
	if in.Help == "" {
		return "   # " + in.Type
	}
	return "   # " + in.Type + ": " + in.Help
}

func (l *loader) unknownInputs(with *yaml.Node, inputs []Input) {
	if with == nil || with.Kind != yaml.MappingNode {
		return
	}
	known := map[string]bool{}
	var names []string
	for _, in := range inputs {
		known[in.Name] = true
		names = append(names, in.Name)
	}
	for i := 0; i+1 < len(with.Content); i += 2 {
		if key := with.Content[i]; !known[key.Value] {
			l.at(key, codeGiven, fmt.Sprintf("there is no input %q", key.Value), suggest(key.Value, "inputs", names))
		}
	}
}

// givenValue checks one value by the decoder that reads it per task.
func (l *loader) givenValue(in Input, n *yaml.Node, s *scope) *frameValue {
	v := &frameValue{input: in, node: n, leaves: map[*yaml.Node]*leaf{}, waits: map[string]bool{}}
	d := &decoder{report: l.report, scope: s, leaves: v.leaves}
	value := in.value()
	if d.decode(n, value) && !hasExpr(n, value.Type()) {
		d.allowed(n, value, &in, l.site)
	}
	for _, leaf := range v.leaves {
		for _, p := range leaf.parts {
			if p.expr != nil {
				l.reads(p.expr, v.waits)
			}
		}
	}
	return v
}
