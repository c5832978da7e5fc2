package schema

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// typeFile is the declaration of the part of JSON Schema that arguments and outputs are written in.
type typeFile struct {
	Type        text         `json:"type" required:"true" enum:"object,string,integer,number,boolean,array" help:"one of object, string, integer, number, boolean, array"`
	Description string       `json:"description"`
	Properties  *yaml.Node   `json:"properties" help:"of an object"`
	Required    []text       `json:"required" help:"of an object: names of its properties"`
	Additional  *yaml.Node   `json:"additionalProperties" help:"of an object: false, or the schema of every value"`
	Items       *yaml.Node   `json:"items" help:"of an array: the schema of its elements"`
	Enum        []*yaml.Node `json:"enum" help:"of a string: the allowed ones"`
	Default     *yaml.Node   `json:"default"`
	Format      text         `json:"format" enum:"duration,size,secret" help:"of a string"`
}

// structOf makes the zero value of a struct type with the tags that declare arguments, from the schema of an object;
// without one an empty struct. name tells which names of properties can be used, form says it in words.
func (d *describer) structOf(n *yaml.Node, what string, name func(string) bool, form string) any {
	empty := struct{}{}
	if n == nil {
		return empty
	}
	f := d.typeFile(n)
	if f.Type.node != nil && f.Type.Value != "object" {
		d.at(f.Type.node, codeArgSchema, fmt.Sprintf("%s of type %q: an object is due", what, f.Type.Value), `write {"type": "object", "properties": {"NAME": {"type": "string"}}}`)
		return empty
	}
	t := d.object(n, f, name, form)
	if t == nil || t.Kind() != reflect.Struct {
		return empty
	}
	return reflect.Zero(t).Interface()
}

func (d *describer) typeFile(n *yaml.Node) typeFile {
	var f typeFile
	d.decode(n, reflect.ValueOf(&f).Elem())
	return f
}

// goType is the Go type of a schema; nil after a mistake.
func (d *describer) goType(n *yaml.Node, f typeFile) reflect.Type {
	d.misplaced(n, f)
	switch f.Type.Value {
	case "string":
		return d.textType(f)
	case "integer":
		return reflect.TypeFor[int]()
	case "number":
		return reflect.TypeFor[float64]()
	case "boolean":
		return reflect.TypeFor[bool]()
	case "array":
		if f.Items == nil {
			d.at(n, codeMissingKey, `"items" is missing`, "the schema of the array's elements")
			return nil
		}
		if elem := d.goType(f.Items, d.typeFile(f.Items)); elem != nil {
			return reflect.SliceOf(elem)
		}
	case "object":
		return d.object(n, f, isWord, "small letters, digits and hyphens")
	}
	return nil
}

// textType is the type of a string with its format.
func (d *describer) textType(f typeFile) reflect.Type {
	if f.Format.Value == "secret" && d.outputs {
		d.at(f.Format.node, codeArgSchema, "an output cannot be a secret: plans, journals and reports keep outputs", "leave it out; a later step takes the secret itself, as ${{ secrets.NAME }}")
		return nil
	}
	return map[string]reflect.Type{"": reflect.TypeFor[string](), "duration": durationType, "size": sizeType, "secret": sealedType}[f.Format.Value]
}

// misplaced refuses keys that say nothing for the type, rather than to drop what their author meant.
func (d *describer) misplaced(n *yaml.Node, f typeFile) {
	of := map[string][]string{
		"properties": {"object"}, "required": {"object"}, "additionalProperties": {"object"},
		"items": {"array"}, "enum": {"string"}, "format": {"string"},
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if types := of[key.Value]; types != nil && f.Type.Value != "" && !slices.Contains(types, f.Type.Value) {
			d.at(key, codeArgSchema, fmt.Sprintf("%q says nothing for the type %q", key.Value, f.Type.Value), "it belongs to "+article(types[0]))
		}
	}
}
