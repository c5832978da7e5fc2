package schema

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

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
