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
		return d.wrongShape(n, "list")
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

func (d *decoder) wrongShape(n *yaml.Node, due string) bool {
	found := map[yaml.Kind]string{yaml.MappingNode: "mapping", yaml.SequenceNode: "list", yaml.ScalarNode: "single value"}[n.Kind]
	if isNull(n) {
		found = "missing value"
	}
	help := ""
	if found == "missing value" {
		help = map[string]string{
			"list":    "write its entries on the next lines, each with a hyphen: - …, or remove the key",
			"mapping": "write KEY: VALUE on the next lines, indented, or remove the key",
		}[due]
	}
	if due == "list" && n.Kind == yaml.ScalarNode && help == "" {
		help = "put it in brackets: [" + strings.TrimSpace(n.Value) + "]"
		if words := strings.Fields(n.Value); n.Style == 0 && len(words) > 1 && !strings.ContainsAny(n.Value, ",'\"{}[]|>$&;#") {
			help = "put it in brackets, with commas between the entries: [" + strings.Join(words, ", ") + "]"
		}
	}
	if due == "list" && n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 {
		help = "begin each entry of the list with a hyphen: - " + n.Content[0].Value + ": …"
	}
	if due == "mapping" && n.Kind == yaml.ScalarNode && help == "" {
		help = afterColon(n)
	}
	if due == "single value" {
		help = singleHelp(n)
	}
	d.at(n, codeShape, fmt.Sprintf("%s where %s is due", article(found), article(due)), help)
	return false
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
