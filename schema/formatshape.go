package schema

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// shape is what the layout must know of a mapping or list: the order of its
// keys and the shapes of its values. It is made of the declarations.
type shape struct {
	order  []string          // declared keys; all others stand where kindHere does, or last
	fields map[string]*shape // by key
	each   *shape            // of every value of a list, or of a mapping with free names
	or     *shape            // another one, for mappings that have its first key
	table  bool              // one-line values stand in a column
}

// kindHere is the place of a step's kind in the order of its keys, before its
// timeout.
const kindHere = "*"

// shapeOfText finds the shape of a text by its first key.
func shapeOfText(root *yaml.Node) (*shape, bool) {
	if root.Kind != yaml.MappingNode {
		return nil, false
	}
	for _, f := range Files() {
		if valueOf(root, f.Name) != nil {
			return shapeOf(Type{Form: FormObject, Keys: f.Keys()}), true
		}
	}
	return nil, false
}

// firstKeys are the keys by which the texts of the language are told apart.
func firstKeys() []string {
	var out []string
	for _, f := range Files() {
		out = append(out, f.Name)
	}
	return out
}

func shapeOf(t Type) *shape {
	switch t.Form {
	case FormObject:
		out := shapeOfKeys(t.Keys)
		if t.Or != nil {
			out.or = shapeOf(*t.Or)
		}
		return out
	case FormList:
		return &shape{each: shapeOf(*t.Elem)}
	case FormMap:
		return &shape{each: shapeOf(*t.Elem), table: t.Elem.Form == FormObject}
	case FormPlace:
		return shapeOfKeys(PickKeys())
	case FormStep:
		out := shapeOfKeys(StepKeys())
		out.order = slices.Insert(out.order, slices.Index(out.order, "timeout"), kindHere)
		return out
	}
	return nil
}

func shapeOfKeys(keys []Key) *shape {
	out := &shape{fields: map[string]*shape{}}
	for _, k := range keys {
		out.order = append(out.order, k.Name)
		out.fields[k.Name] = shapeOf(k.Type)
	}
	return out
}

// at is the shape of a value: itself, or the other one it may have.
func (s *shape) at(n *yaml.Node) *shape {
	if s != nil && s.or != nil && n.Kind == yaml.MappingNode && valueOf(n, s.or.order[0]) != nil {
		return s.or
	}
	return s
}

// of is the shape of the value under a key, or of an element.
func (s *shape) of(key string) *shape {
	if s == nil {
		return nil
	}
	if inner := s.fields[key]; inner != nil {
		return inner
	}
	return s.each
}

// rank is the place of a key; without an order all have the same.
func (s *shape) rank(key string) int {
	if s == nil {
		return 0
	}
	if i := slices.Index(s.order, key); i >= 0 {
		return i
	}
	if i := slices.Index(s.order, kindHere); i >= 0 {
		return i
	}
	return len(s.order)
}
