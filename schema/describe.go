package schema

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// Protocol is the version of what is spoken with the programs of executable kinds.
const Protocol = 1

// MaxDescription bounds what a program answers to `describe`, in bytes: every plan keeps it.
const MaxDescription = 64 << 10

// Description is what the program of an executable kind answers to `describe`: the kind, and how it is treated.
type Description struct {
	Kind
	// Risk is the highest that its changes can have: harmless, interrupts or overwrites.
	Risk string
	// Netns: it runs in Cassandra's network namespace.
	Netns bool
	// Probes name what its plan reads, for the reader of a dry run.
	Probes []string
}

// describeFile is the declaration of the answer.
type describeFile struct {
	Protocol  int        `json:"protocol" required:"true" help:"the version of what is spoken: 1"`
	Name      text       `json:"name" required:"true" help:"the name of its directory"`
	Doc       text       `json:"doc" required:"true" help:"what it does; the first sentence is the summary"`
	Example   text       `json:"example" required:"true" help:"the YAML of one step, without the leading dash"`
	Arguments *yaml.Node `json:"arguments" help:"JSON Schema of an object"`
	Outputs   *yaml.Node `json:"outputs" help:"JSON Schema of an object"`
	Redo      string     `json:"redo" required:"true" enum:"pure,idempotent,checked,manual" help:"what is done when its outcome is unknown"`
	On        string     `json:"on" default:"node" enum:"node,controller" help:"where it runs"`
	Risk      string     `json:"risk" default:"overwrites" enum:"harmless,interrupts,overwrites" help:"the highest that a change can have"`
	Netns     bool       `json:"netns" help:"it runs in the network namespace of Cassandra"`
	Probes    []string   `json:"probes" help:"what plan reads: commands and files"`
}

// Describe reads what a program answered to `describe`; name is that of its directory. The description is nil when
// the diagnostics hold an error.
func Describe(src Source, name string) (*Description, Diagnostics) {
	r := &report{}
	d := &describer{decoder: decoder{report: r, literal: true}}
	doc := parseJSON(src, r)
	if doc.root == nil {
		return nil, r.list.sorted()
	}
	if v := valueOf(doc.root, "protocol"); v != nil && v.Tag == "!!int" && v.Value != fmt.Sprint(Protocol) {
		r.at(v, codeProtocol, fmt.Sprintf("protocol %s is not spoken by this build", v.Value), fmt.Sprintf("it speaks protocol %d", Protocol))
		return nil, r.list.sorted()
	}
	out := d.description(doc.root, name)
	if r.list.HasErrors() {
		return nil, r.list.sorted()
	}
	return out, r.list.sorted()
}

// describer reads descriptions.
type describer struct {
	decoder
	outputs bool // outputs are read, not arguments
}

func (d *describer) description(root *yaml.Node, name string) *Description {
	var f describeFile
	d.decode(root, reflect.ValueOf(&f).Elem())
	if f.Name.node != nil && f.Name.Value != name {
		d.at(f.Name.node, codeKindName, fmt.Sprintf("the program calls itself %q, its directory is %q", f.Name.Value, name), "both are the name of the kind in runbooks: make them equal")
	}
	for _, t := range []text{f.Doc, f.Example} {
		if t.node != nil && t.Value == "" {
			d.at(t.node, codeMissingKey, "empty text where readers need some", "")
		}
	}
	if f.On == "controller" && !slices.Contains([]string{"", "pure"}, f.Redo) {
		d.at(valueOf(root, "redo"), codePlace, "a kind on the controller asks or decides: it changes nothing", `write "redo": "pure", or "on": "node"`)
	}
	out := &Description{Risk: f.Risk, Netns: f.Netns, Probes: f.Probes}
	out.Kind = Kind{Name: name, Doc: f.Doc.Value, Example: f.Example.Value, OnController: f.On == "controller", Redo: f.Redo}
	out.Args = d.structOf(f.Arguments, "arguments", isWord, "small letters, digits and hyphens")
	d.outputs = true
	out.Out = d.structOf(f.Outputs, "outputs", isName, "small letters, digits and underscores: expressions read them")
	if f.Example.node != nil && !d.list.HasErrors() {
		d.example(f.Example.node, out.Kind)
	}
	return out
}
