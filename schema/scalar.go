package schema

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// scalar fills a single value from a plain or quoted text.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value) bool {
	switch {
	case n.Kind != yaml.ScalarNode:
		return d.wrongShape(n, "single value")
	case d.expr(n):
		d.at(n, codeNotHere, "no expressions here", "this value is needed before any is known: write it out")
		return false
	case isNull(n):
		d.at(n, codeType, "a value is missing", missingHelp(n, v.Type()))
		return false
	case d.ambiguous(n, v):
		return false
	}
	if d.scope != nil {
		d.otherBraces(n)
	}
	switch v.Type() {
	case durationType:
		return d.parsed(n, v, codeDuration, helpDuration, func(s string) (any, error) { return parseDuration(s) })
	case sizeType:
		return d.parsed(n, v, codeSize, helpSize, func(s string) (any, error) { return ParseSize(s) })
	case modeType:
		return d.mode(n, v)
	}
	return d.basic(n, v)
}

// missingHelp says what to write where nothing stands.
func missingHelp(n *yaml.Node, t reflect.Type) string {
	if n.Value != "" && t.Kind() == reflect.String {
		return fmt.Sprintf("it stands for no value here: where text is meant, quote it: %q, else remove it", n.Value)
	}
	switch t {
	case durationType:
		return helpDuration
	case sizeType:
		return helpSize
	case modeType:
		return helpMode
	}
	if t.Kind() == reflect.String {
		return `write it behind the colon; where empty text is meant, write ""`
	}
	return "write it behind the colon, or remove the key"
}

func (d *decoder) parsed(n *yaml.Node, v reflect.Value, code, help string, parse func(string) (any, error)) bool {
	x, err := parse(n.Value)
	if known := (*refusal)(nil); errors.As(err, &known) {
		help = known.help
	}
	if err != nil {
		d.at(n, code, err.Error(), help)
		return false
	}
	v.Set(reflect.ValueOf(x))
	return true
}

func (d *decoder) mode(n *yaml.Node, v reflect.Value) bool {
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
	if !quoted && isNumber(n) {
		d.at(n, codeMode, fmt.Sprintf("%s without quotes is not the mode it seems", n.Value), quotedMode(n.Value))
		return false
	}
	return d.parsed(n, v, codeMode, helpMode, func(s string) (any, error) {
		m, err := ParseMode(s)
		if err == nil && !quoted {
			err = &refusal{fmt.Sprintf("%s without quotes is not the mode it seems", s), quotedMode(s)}
		}
		return m, err
	})
}

// quotedMode is the mode that was meant, where that is plain: without a zero in
// front it may have been meant as octal or as decimal.
func quotedMode(text string) string {
	octal, err := ParseMode(text)
	n, decimal := strconv.ParseUint(text, 10, 12)
	switch {
	case err == nil && (text[0] == '0' || decimal != nil):
		return fmt.Sprintf("write the mode as quoted octal: %q", octal)
	case err == nil:
		return fmt.Sprintf("write the mode as quoted octal: %q, or %q where the decimal number was meant", octal, Mode(n))
	case decimal == nil:
		return fmt.Sprintf("write the mode as quoted octal; the decimal number is %q", Mode(n))
	}
	return helpMode
}

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
