package schema

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

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

// keyAt is the declaration of a word within a value; ok is false for a word that the value lacks.
func keyAt(t Type, n *yaml.Node, word string) (key Key, ok bool) {
	switch at := slices.IndexFunc(t.Keys, func(k Key) bool { return k.Name == word }); {
	case at >= 0:
		return t.Keys[at], true
	case t.Form == FormMap:
		return Key{Name: word, Type: *t.Elem}, true
	case t.Form == FormAny && valueOf(n, word) != nil:
		return Key{Name: word, Type: t}, true
	}
	return Key{}, false
}

// hasNo says what a value has in place of a word that it lacks.
func hasNo(path, word string, t Type, n *yaml.Node) error {
	known := names(t.Keys)
	if t.Form == FormAny {
		for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
			known = append(known, n.Content[i].Value)
		}
	}
	if len(known) == 0 {
		return fmt.Errorf("%s has no %q: it is a value by itself", path, word)
	}
	return fmt.Errorf("%s has no %q; %s", path, word, suggest(word, "it has", known))
}

func names(keys []Key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Name
	}
	return out
}

// typeAt is the type of a value for which the language takes any.
func (x *explainer) typeAt(n *yaml.Node, path []string) string {
	if len(path) == 3 && path[0] == "inputs" && x.step == nil {
		return x.book.input(path[1]).typ.String()
	}
	if x.step != nil && x.step.leaves[n] != nil {
		return x.step.leaves[n].typ().String()
	}
	var v any
	d := &decoder{report: &report{docs: x.book.docs}, literal: true}
	if !d.decode(n, reflect.ValueOf(&v).Elem()) {
		return string(FormAny)
	}
	return typeOfValue(v).String()
}
