package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

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
			d.at(r.node, codeArgSchema, fmt.Sprintf("%q is required, but no property", r.Value), "declare it among the properties, or take it out of required")
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
	before := d.mistakes
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
			d.at(n, codeArgSchema, "an allowed value is a text without commas", "write words in quotes: \"enum\": [\"fast\", \"slow\"]")
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
		d.at(n, codeArgSchema, "a secret has no default: every plan would show it", "leave the default out; the runbook gives ${{ secrets.NAME }}")
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
