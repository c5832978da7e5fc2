package external

import (
	"encoding/json"
	"reflect"

	"tidemark/engine"
	"tidemark/schema"
)

// Kind is the kind behind a program, as the program described it. The error is of class precondition: what a plan or
// a node holds was checked when the site was read.
func Kind(p engine.Program) (engine.Kind, error) {
	d, diags := schema.Describe(schema.Source{Name: p.Name + " describe", Data: []byte(p.Description)}, p.Name)
	if err := diags.Err(); err != nil {
		return engine.Kind{}, engine.Fail(engine.ClassPrecondition, err)
	}
	hash, args := p.Hash(), reflect.TypeOf(d.Args)
	return engine.Kind{
		Name: d.Name, Doc: d.Doc, Example: d.Example, At: place(d), Redo: engine.Redo(d.Redo), Risk: riskOf(d.Risk),
		New:  func() engine.Step { return &step{d: d, args: reflect.New(args)} },
		Args: d.Args, Out: d.Out, Program: hash, Version: schema.Protocol,
	}, nil
}

// Kinds adds the kinds of programs to those of the build.
func Kinds(built *engine.Kinds, programs ...engine.Program) (*engine.Kinds, error) {
	var more []engine.Kind
	for _, p := range programs {
		k, err := Kind(p)
		if err != nil {
			return nil, err
		}
		more = append(more, k)
	}
	return built.With(more...)
}

func place(d *schema.Description) engine.Place {
	if d.OnController {
		return engine.OnController
	}
	return engine.OnNode
}

// riskOf reads a word that Describe let pass.
func riskOf(word string) engine.Risk {
	return map[string]engine.Risk{"interrupts": engine.Interrupts, "overwrites": engine.Overwrites}[word]
}

// step is one resolved set of arguments: a pointer to the struct that the description made.
type step struct {
	d    *schema.Description
	args reflect.Value
}

// UnmarshalJSON reads resolved arguments as the decoder of runbooks wrote them.
func (s *step) UnmarshalJSON(raw []byte) error { return json.Unmarshal(raw, s.args.Interface()) }

// space is the namespace the program runs in.
func (s *step) space() engine.Space {
	if s.d.Netns {
		return engine.Signaling
	}
	return engine.Machine
}

// question is what a program reads on its standard input.
type question struct {
	Protocol  int               `json:"protocol"`
	Kind      string            `json:"kind"`
	Run       string            `json:"run"`
	Node      string            `json:"node"`
	Arguments json.RawMessage   `json:"arguments"`
	Actual    bool              `json:"actual"`
	Promised  map[string]string `json:"promised,omitempty"`
	Change    *planned          `json:"change,omitempty"`
}

// planned is the change that apply is asked to make, as its plan said a moment ago.
type planned struct {
	Sign    engine.Sign     `json:"sign"`
	Summary string          `json:"summary"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// question is what the program reads; only apply opens secrets.
func (s *step) question(v *engine.View, c *planned, open func(schema.Sealed) (string, error)) ([]byte, error) {
	args, err := schema.ToProgram(s.args.Interface(), open)
	if err != nil {
		return nil, engine.Failf(engine.ClassPrecondition, "arguments of %s: %w", s.d.Name, err)
	}
	return json.Marshal(question{
		Protocol: schema.Protocol, Kind: s.d.Name, Run: v.Run, Node: v.Node, Arguments: args, Actual: v.Actual, Promised: v.Promises(), Change: c,
	})
}
