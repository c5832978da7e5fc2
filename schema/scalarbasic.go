package schema

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// basic fills the plain Go types; the value must be of that type as YAML
// reads it, nothing is converted in silence.
func (d *decoder) basic(n *yaml.Node, v reflect.Value) bool {
	tag := n.ShortTag()
	switch v.Kind() {
	case reflect.Interface:
		return d.untyped(n, v)
	case reflect.String:
		if tag == "!!str" || tag == "!!timestamp" {
			v.SetString(n.Value)
			return true
		}
		return d.wrongType(n, "string", fmt.Sprintf("if text is meant, quote it: %q", n.Value))
	case reflect.Bool:
		if tag == "!!bool" {
			v.SetBool(strings.EqualFold(n.Value, "true"))
			return true
		}
		return d.wrongType(n, "bool", "write true or false")
	case reflect.Int, reflect.Int64:
		var i int64
		if tag == "!!int" && n.Decode(&i) == nil && !v.OverflowInt(i) {
			v.SetInt(i)
			return true
		}
		return d.wrongType(n, "whole number", unquotedHelp(n))
	case reflect.Float64:
		if f, ok := finite(n); ok && (tag == "!!float" || tag == "!!int") {
			v.SetFloat(f)
			return true
		}
		return d.wrongType(n, "number", unquotedHelp(n))
	}
	d.at(n, codeType, fmt.Sprintf("%s is not part of the language", v.Type()), "")
	return false
}

// unquotedHelp is for a number in quotes.
func unquotedHelp(n *yaml.Node) string {
	if plain := (&yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}); n.Style != 0 && isNumber(plain) {
		return "write " + n.Value + " without quotes"
	}
	return ""
}

func (d *decoder) untyped(n *yaml.Node, v reflect.Value) bool {
	var x any = n.Value
	tag := n.ShortTag()
	if n.Style == 0 && powerForm().MatchString(n.Value) && !isFinite(n) || tag == "!!float" && isDigits(n.Value) {
		d.at(n, codeRange, fmt.Sprintf("%s is out of range", n.Value), fmt.Sprintf("quote it if text is meant: %q", n.Value))
		return false
	}
	switch tag {
	case "!!bool":
		x = strings.EqualFold(n.Value, "true")
	case "!!int":
		var i int
		if n.Decode(&i) != nil {
			return d.wrongType(n, "whole number", "")
		}
		x = i
	case "!!float":
		f, ok := finite(n)
		if !ok {
			return d.wrongType(n, "number", "")
		}
		x = f
	}
	v.Set(reflect.ValueOf(x))
	return true
}

func (d *decoder) wrongType(n *yaml.Node, due, help string) bool {
	found := map[string]string{"!!str": "string", "!!int": "whole number", "!!float": "number", "!!bool": "bool"}[n.ShortTag()]
	if found == "" {
		found = strings.TrimPrefix(n.ShortTag(), "!!")
	}
	if found == due || due == "whole number" && n.ShortTag() == "!!float" && isDigits(n.Value) {
		d.at(n, codeRange, fmt.Sprintf("%s is out of range", n.Value), help)
		return false
	}
	d.at(n, codeType, fmt.Sprintf("%s where %s is due", article(found), article(due)), help)
	return false
}

// isDigits tells a whole number, however long, from one with a fraction.
func isDigits(text string) bool { return strings.Trim(text, "+-0123456789") == "" }

// isNumber tells what no quotes make a name of.
func isNumber(n *yaml.Node) bool {
	tag := n.ShortTag()
	return n.Kind == yaml.ScalarNode && (tag == "!!int" || tag == "!!float")
}
