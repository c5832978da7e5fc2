package schema

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Explanation is what is known of one value of a runbook.
type Explanation struct {
	Path    string  `json:"path"`
	Type    string  `json:"type"`
	Help    string  `json:"help,omitempty"`
	Value   string  `json:"value,omitempty"`   // as YAML on one line; "" = nothing is written
	Gives   string  `json:"gives,omitempty"`   // the value of an expression, where it is known without a run
	Default string  `json:"default,omitempty"` // what holds then
	Layers  []Layer `json:"layers"`            // the texts that it passed, the deciding one last
	Reads   []Read  `json:"reads,omitempty"`   // what its expressions read
}

// Read is something that an expression reads, and where that comes from now.
type Read struct {
	Name   string  `json:"name"` // inputs.backup
	Layers []Layer `json:"layers"`
}

// Explain tells where a value comes from: STAGE, STAGE/STEP, a step inside as
// STAGE/STEP/INNER, or a value in them with dots, as overlays name it. given
// are the inputs of the command line; a nil site is unknown. No secret is shown:
// expressions that hold one are not evaluated.
func (r *Runbook) Explain(path string, given map[string]string, site *Site) (*Explanation, error) {
	x := &explainer{book: r, given: given, site: site, seen: map[*frame][]string{}}
	t := parseTarget(path)
	switch {
	case t.stage == "" && len(t.path) > 0:
		out, err := x.value(path, x.keysOfRunbook(), r.root, t.path)
		if err == nil {
			x.outside(out, t.path)
		}
		return out, err
	case t.step == "" && t.stage == finallyID:
		return x.value(path, x.keysOfRunbook(), r.root, append([]string{finallyID}, t.path...))
	case t.step == "":
		stage, err := r.stageAt(t)
		if err != nil {
			return nil, err
		}
		return x.value(path, Type{Form: FormObject, Keys: keysOf(reflect.TypeFor[stageFile](), false)}, stage.entry, t.path)
	}
	var err error
	if x.step, err = r.stepAt(t); err != nil {
		return nil, err
	}
	out, err := x.value(path, x.keysOfStep(), x.step.entry, t.path)
	if err == nil && out.Value == "" {
		x.inherited(out, t.path)
	}
	return out, err
}

// explainer follows one path.
type explainer struct {
	book  *Runbook
	step  *Step // the one that the path leads into, nil for other paths
	given map[string]string
	seen  map[*frame][]string // names read so far
	site  *Site
}

// inherited gives a step inside what the step around it says for it.
func (x *explainer) inherited(out *Explanation, path []string) {
	if len(path) != 1 || path[0] != "user" && path[0] != "skip" {
		return
	}
	for around := x.step.outer; around != nil && out.Value == ""; around = around.outer {
		if n := valueOf(around.entry, path[0]); n != nil {
			out.Value, out.Layers = oneLine(n), x.book.layersOf(n)
		}
	}
}

// value walks the declaration and the tree side by side.
func (x *explainer) value(path string, t Type, n *yaml.Node, rest []string) (*Explanation, error) {
	out := &Explanation{Path: path, Layers: []Layer{}}
	for i, word := range rest {
		key, ok := keyAt(t, n, word)
		if !ok {
			return nil, hasNo(strings.TrimSuffix(path, "."+strings.Join(rest[i:], ".")), word, t, n)
		}
		if n == nil || n.Kind == yaml.MappingNode || !key.Short {
			n = valueOf(n, word)
		}
		t, out.Help = key.Type, key.Help
		if key.HasDefault {
			out.Default = key.Default
		}
	}
	out.Type = t.String()
	if n == nil {
		return out, nil
	}
	if t.Form == FormAny {
		out.Type = x.typeAt(n, rest)
	}
	out.Value, out.Layers = oneLine(n), x.book.layersOf(n)
	out.Gives = x.gives(n, rest)
	x.reads(out, n)
	return out, nil
}

// layersOf are the texts that a value of the tree passed.
func (r *Runbook) layersOf(n *yaml.Node) []Layer {
	own := []Layer{{From: r.textOf(n), Pos: r.docs.pos(n), Value: oneLine(n)}}
	if r.merged == nil {
		return own
	}
	if list := r.merged.layers[n]; list != nil {
		own = slices.Clone(list)
	}
	below := r.merged.decided(n, "")
	if len(below) > 0 {
		own[len(own)-1].Value = "" // the tree holds what the others made of it
	}
	return append(own, below...)
}

// textOf names the text in which a value of the tree stands.
func (r *Runbook) textOf(n *yaml.Node) string {
	file := r.docs.of(n).src.Name
	if r.merged != nil {
		for _, o := range r.merged.overlays {
			if o.src.Name == file {
				return "overlay " + o.name.Value
			}
		}
	}
	for what, list := range map[string][]Source{"list of stages ": r.Sources.Includes, "kind ": r.Sources.Kinds} {
		for _, src := range list {
			if src.Name == file {
				return what + nameOf(src)
			}
		}
	}
	return "runbook " + r.Name
}
