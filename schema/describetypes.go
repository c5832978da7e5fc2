package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

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
		d.at(f.Type.node, codeArgSchema, fmt.Sprintf("%s of type %q: an object is due", what, f.Type.Value), "")
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
		d.at(f.Format.node, codeArgSchema, "an output cannot be a secret: plans, journals and reports keep outputs", "")
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

// object is a struct with the properties, or a map where only the values' schema is given.
func (d *describer) object(n *yaml.Node, f typeFile, name func(string) bool, form string) reflect.Type {
	if f.Additional != nil && f.Additional.Value != "false" {
		if f.Properties != nil {
			d.at(f.Additional, codeArgSchema, "properties and further ones: an object has either", `leave it out, or write "additionalProperties": false`)
			return nil
		}
		if elem := d.goType(f.Additional, d.typeFile(f.Additional)); elem != nil {
			return reflect.MapOf(reflect.TypeFor[string](), elem)
		}
		return nil
	}
	props, ok := d.properties(f, name, form)
	if !ok {
		return nil
	}
	for _, r := range f.Required {
		if r.node != nil && !slices.ContainsFunc(props, func(p reflect.StructField) bool { return p.Tag.Get("json") == r.Value }) {
			d.at(r.node, codeArgSchema, fmt.Sprintf("%q is required, but no property", r.Value), "")
			return nil
		}
	}
	return reflect.StructOf(props)
}

// properties are the fields of an object, in the order of the text.
func (d *describer) properties(f typeFile, name func(string) bool, form string) ([]reflect.StructField, bool) {
	if f.Properties == nil {
		return nil, true
	}
	before := len(d.list)
	if _, ok := d.entries(f.Properties, nil); !ok {
		return nil, false
	}
	var out []reflect.StructField
	for i := 0; i+1 < len(f.Properties.Content); i += 2 {
		key, value := f.Properties.Content[i], f.Properties.Content[i+1]
		if !name(key.Value) {
			d.at(key, codeName, fmt.Sprintf("%q is no name of a property", key.Value), form)
			continue
		}
		required := slices.ContainsFunc(f.Required, func(t text) bool { return t.Value == key.Value })
		if field, ok := d.property(key, value, required); ok {
			field.Name = fmt.Sprintf("F%d", i/2)
			out = append(out, field)
		}
	}
	return out, !d.failed(before)
}

// property makes one field with its tags.
func (d *describer) property(key, n *yaml.Node, required bool) (reflect.StructField, bool) {
	f := d.typeFile(n)
	t := d.goType(n, f)
	if t == nil {
		return reflect.StructField{}, false
	}
	tags := []string{"json:" + strconv.Quote(key.Value)}
	if f.Description != "" {
		tags = append(tags, "help:"+strconv.Quote(f.Description))
	}
	if required {
		tags = append(tags, `required:"true"`)
	}
	enum := d.words(f.Enum)
	if len(enum) > 0 {
		tags = append(tags, "enum:"+strconv.Quote(strings.Join(enum, ",")))
	}
	if f.Default != nil && !emptyList(f.Default) {
		tags = append(tags, "default:"+strconv.Quote(d.fallback(f.Default, t, enum)))
	}
	return reflect.StructField{Type: t, Tag: reflect.StructTag(strings.Join(tags, " "))}, true
}

// words are texts that stand in one tag with commas between them.
func (d *describer) words(list []*yaml.Node) []string {
	var out []string
	for _, n := range list {
		if n.Tag != "!!str" || n.Value == "" || strings.Contains(n.Value, ",") {
			d.at(n, codeArgSchema, "an allowed value is a text without commas", "")
			continue
		}
		out = append(out, n.Value)
	}
	return out
}

// emptyList is a default that says nothing: what is left out is an empty list.
func emptyList(n *yaml.Node) bool { return n.Kind == yaml.SequenceNode && len(n.Content) == 0 }

// fallback is a default as its tag holds it; it must be what the decoder would accept from a runbook.
func (d *describer) fallback(n *yaml.Node, t reflect.Type, enum []string) string {
	if t == sealedType {
		d.at(n, codeArgSchema, "a secret has no default: every plan would show it", "")
		return ""
	}
	if t.Kind() == reflect.Struct || t.Kind() == reflect.Map || (t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.String) {
		d.at(n, codeArgSchema, "only single values and lists of text have a default", "leave it out, and let the program choose")
		return ""
	}
	v := reflect.New(t).Elem()
	if d.decode(n, v) && len(enum) > 0 {
		d.enum(n, v, enum)
	}
	if n.Kind == yaml.SequenceNode {
		return strings.Join(d.words(n.Content), ",")
	}
	return n.Value
}
