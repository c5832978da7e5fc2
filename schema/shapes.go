package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func (d *decoder) slice(n *yaml.Node, v reflect.Value) bool {
	if n.Kind != yaml.SequenceNode {
		return d.misshapen(n, "list", d.listed(n, v.Type().Elem().Kind() == reflect.String))
	}
	ok := true
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		ok = d.decode(c, out.Index(i)) && ok
	}
	v.Set(out)
	return ok
}

func (d *decoder) mapOf(n *yaml.Node, v reflect.Value) bool {
	if n.Kind == yaml.SequenceNode {
		return d.misshapen(n, "mapping", pairsHelp(n))
	}
	entries, ok := d.entries(n, nil)
	if !ok {
		return false
	}
	out := reflect.MakeMapWithSize(v.Type(), len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		elem := reflect.New(v.Type().Elem()).Elem()
		ok = d.decode(entries[key], elem) && ok
		out.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), elem)
	}
	v.Set(out)
	return ok
}

// anything reads a value of any shape into list, map[string]any and scalars.
func (d *decoder) anything(n *yaml.Node, v reflect.Value) bool {
	switch n.Kind {
	case yaml.SequenceNode:
		var list []any
		ok := d.slice(n, reflect.ValueOf(&list).Elem())
		v.Set(reflect.ValueOf(list))
		return ok
	case yaml.MappingNode:
		m := map[string]any{}
		ok := d.mapOf(n, reflect.ValueOf(&m).Elem())
		v.Set(reflect.ValueOf(m))
		return ok
	}
	return d.scalar(n, v)
}

// sealed reads text that may hold secrets.
func (d *decoder) sealed(n *yaml.Node, v reflect.Value) bool {
	if d.expr(n) {
		return d.template(n, v)
	}
	var text string
	ok := d.scalar(n, reflect.ValueOf(&text).Elem())
	v.Set(reflect.ValueOf(SealText(text)))
	return ok
}

// singleHelp says how a list or mapping becomes one value.
func singleHelp(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "write one value: text with a colon and a space in it needs quotes"
	case len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode:
		return "write it without brackets: " + oneLine(n.Content[0])
	}
	return "write one value, without brackets"
}

// afterColon helps with `key:value`, which is text and no key.
func afterColon(n *yaml.Node) string {
	m := noSpaceForm().FindStringSubmatch(n.Value)
	if m == nil || n.Style != 0 {
		return ""
	}
	return fmt.Sprintf("a space is due after the colon: %s: …", m[1])
}

// afterComma is the help for a key of a flow mapping that is the rest of a text
// with a comma in it.
func afterComma(n *yaml.Node, i int) string {
	if n.Style&yaml.FlowStyle == 0 || i < 2 {
		return ""
	}
	before, key, value := n.Content[i-1], n.Content[i], n.Content[i+1]
	if value.Tag != "!!null" || value.Value != "" || before.Kind != yaml.ScalarNode || before.Style != 0 {
		return ""
	}
	return fmt.Sprintf("if the text before it goes on behind the comma, quote it: %q", before.Value+", "+key.Value)
}

// unvalued is the help for a key of the author's choice between braces which has
// no value for want of a colon, or of the space behind it.
func unvalued(n *yaml.Node, i int) string {
	key, value := n.Content[i], n.Content[i+1]
	if n.Style&yaml.FlowStyle == 0 || key.Style != 0 || value.Tag != "!!null" || value.Value != "" {
		return ""
	}
	if help := afterColon(key); help != "" {
		return help
	}
	name, rest, two := strings.Cut(key.Value, " ")
	switch {
	case isNumber(key): // v: 1,2
		return afterComma(n, i)
	case !two:
		return ""
	}
	help := fmt.Sprintf("write %s: %s", name, strings.TrimSpace(rest))
	if quoted := afterComma(n, i); quoted != "" {
		help += "; " + quoted
	}
	return help
}
