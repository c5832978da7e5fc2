package schema

import (
	"fmt"
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
	Default string  `json:"default,omitempty"` // what holds then
	Layers  []Layer `json:"layers"`            // the texts that it passed, the deciding one last
	Reads   []Read  `json:"reads,omitempty"`   // what its expressions read
}

// Read is something that an expression reads, and where that comes from now.
type Read struct {
	Name   string  `json:"name"` // inputs.backup
	Layers []Layer `json:"layers"`
}

// Explain tells where a value comes from: STAGE, STAGE/STEP or a value in
// them, as overlays name it. given are the inputs of the command line; a nil
// site is unknown. Expressions are not evaluated, so no secret is shown.
func (r *Runbook) Explain(path string, given map[string]string, site *Site) (*Explanation, error) {
	x := &explainer{book: r, given: given, site: site, seen: map[*frame][]string{}}
	t := parseTarget(path)
	if t.stage == "" && len(t.path) > 0 {
		return x.value(path, x.keysOfRunbook(), r.root, t.path)
	}
	entry, err := x.entry(t)
	if err != nil {
		return nil, err
	}
	if t.step == "" {
		return x.value(path, Type{Form: FormObject, Keys: keysOf(reflect.TypeFor[stageFile](), false)}, entry, t.path)
	}
	i := slices.IndexFunc(r.Steps(), func(s *Step) bool { return s.ID == t.step })
	x.step = r.Steps()[i]
	return x.value(path, x.keysOfStep(), entry, t.path)
}

// explainer follows one path.
type explainer struct {
	book  *Runbook
	step  *Step // the one that the path leads into, nil for other paths
	given map[string]string
	seen  map[*frame][]string // names read so far
	site  *Site
}

// entry finds a stage or step, in the runbook or a list that it includes.
func (x *explainer) entry(t target) (*yaml.Node, error) {
	var names []string
	for _, stage := range x.book.entries {
		id, steps := valueOf(stage, "stage"), valueOf(stage, "steps")
		if id == nil {
			id, steps = &yaml.Node{Value: finallyID}, stage
		}
		if id.Value == t.stage && t.step == "" {
			return stage, nil
		}
		if s, ok := search(steps, "id", t.step); ok && id.Value == t.stage {
			return s.node(), nil
		}
		if names = append(names, id.Value); t.step != "" {
			for _, step := range idsOf(steps) {
				names = append(names, id.Value+"/"+step)
			}
		}
	}
	return nil, fmt.Errorf("runbook %s has no %s %q; %s", x.book.Name, t.what(), t.entry(), suggest(t.entry(), "it has", names))
}

func (x *explainer) keysOfRunbook() Type {
	keys := keysOf(reflect.TypeFor[runbookFile](), false)
	for i, k := range keys {
		if k.Name == "inputs" {
			keys[i].Type = Type{Form: FormObject, Keys: x.inputKeys()}
		}
	}
	return Type{Form: FormObject, Keys: keys}
}

// inputKeys makes a key of each input; what is in one is declared like any.
func (x *explainer) inputKeys() []Key {
	var out []Key
	for _, in := range x.book.Inputs {
		t := section("input", reflect.TypeFor[inputFile]())
		t.Name = in.typ.String()
		out = append(out, Key{Name: in.Name, Help: in.Help, Type: t})
	}
	return out
}

func (x *explainer) keysOfStep() Type {
	k := x.step.kind
	kind := Key{Name: k.Name, Help: k.Doc, Type: Type{Form: FormObject, Name: "arguments of " + k.Name, Keys: k.Arguments()}}
	return Type{Form: FormObject, Name: "step, a " + k.Name, Keys: append(StepKeys(), kind)}
}

// value walks the declaration and the tree side by side.
func (x *explainer) value(path string, t Type, n *yaml.Node, rest []string) (*Explanation, error) {
	out := &Explanation{Path: path, Layers: []Layer{}}
	for i, word := range rest {
		var key Key
		switch at := slices.IndexFunc(t.Keys, func(k Key) bool { return k.Name == word }); {
		case at >= 0:
			key = t.Keys[at]
		case t.Form == FormMap:
			key = Key{Name: word, Type: *t.Elem}
		default:
			return nil, fmt.Errorf("%s has no %q; %s", strings.TrimSuffix(path, "."+strings.Join(rest[i:], ".")), word, suggest(word, "it has", names(t.Keys)))
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
	out.Value, out.Layers = oneLine(n), x.book.layersOf(n)
	x.reads(out, n)
	return out, nil
}

func names(keys []Key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Name
	}
	return out
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
	for _, src := range r.Sources.Includes {
		if src.Name == file {
			return "list of stages " + nameOf(src)
		}
	}
	return "runbook " + r.Name
}
