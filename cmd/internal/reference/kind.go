// Package reference says what the language has, from its declarations: the kinds of steps for `tidemark steps`, and the
// pages of docs/reference.
package reference

import (
	"slices"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/schema"
)

// Kind is a kind of step for readers.
type Kind struct {
	Name    string     `json:"kind"`
	Doc     string     `json:"doc"`
	Redo    string     `json:"redo"`
	Place   string     `json:"place"`           // node or controller
	Reads   []string   `json:"reads"`           // what its plan asks servers
	Short   string     `json:"short,omitempty"` // the argument that a bare value fills
	Args    []view.Arg `json:"args"`
	Outputs []view.Arg `json:"outputs"`
	Example string     `json:"example"` // one step, without the dash
}

// Kinds explains kinds as the language declares them, in their order. What the plan of one asks, ks knows; one that is made
// of steps asks through them.
func Kinds(list []schema.Kind, ks *engine.Kinds) []Kind {
	var out []Kind
	for _, declared := range list {
		k := Kind{
			Name: declared.Name, Doc: declared.Doc, Redo: declared.Redo, Place: "node", Reads: []string{},
			Args: view.Args(declared.Arguments()), Outputs: view.Args(declared.Outputs()), Example: strings.TrimSpace(declared.Example),
		}
		if i := slices.IndexFunc(declared.Arguments(), func(key schema.Key) bool { return key.Short }); i >= 0 {
			k.Short = declared.Arguments()[i].Name
		}
		if declared.OnController {
			k.Place = "controller"
		}
		k.Reads = append(k.Reads, reads(ks.Get(k.Name))...)
		out = append(out, k)
	}
	return out
}

// Summary is the first sentence of the doc, without its stop.
func (k Kind) Summary() string {
	first, _, _ := strings.Cut(k.Doc, ". ")
	return strings.TrimSuffix(first, ".")
}

// WhenUnknown says what becomes of a task of this kind whose outcome is unknown.
func (k Kind) WhenUnknown() string {
	switch engine.Redo(k.Redo) {
	case engine.Pure:
		return "asked again (it changes nothing)"
	case engine.Idempotent:
		return "done again (twice is as good as once)"
	case engine.Checked:
		return "the node is looked at: done, or not done and begun anew"
	}
	return "the node stops and a person is asked"
}

// ShortForm says whether a bare value may stand in place of the arguments.
func (k Kind) ShortForm() string {
	if k.Short == "" {
		return "none, its arguments stand in { }"
	}
	return k.Name + ": VALUE is " + k.Name + ": {" + k.Short + ": VALUE}"
}

// Asks says in one line what the kind's plan asks of servers.
func (k Kind) Asks() string {
	if len(k.Reads) == 0 {
		return "no server (it may read files of the " + k.Place + ")"
	}
	return strings.Join(k.Reads, ", ")
}

// reads are what the plan of a kind asks; nil is a kind made of steps.
func reads(k *engine.Kind) []string {
	if k == nil {
		return []string{"what its steps ask"}
	}
	var out []string
	for _, r := range k.Reads {
		out = append(out, read(r))
	}
	return out
}

// read is one thing a plan may ask. A star is one word that is no option, or any name.
func read(r engine.Read) string {
	switch {
	case len(r.Argv) > 0:
		return strings.Join(r.Argv, " ")
	case r.Keyspace != "":
		return "CQL of keyspace " + r.Keyspace
	case r.SQL != "":
		return "SQL of database " + r.SQL
	}
	return "GET " + r.Get
}
