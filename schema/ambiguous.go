package schema

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// ambiguous reports text without quotes that the versions of YAML read as
// different values: the writer's editor, other tools and tidemark must agree.
func (d *decoder) ambiguous(n *yaml.Node, v reflect.Value) bool {
	fromText := n.Line == 0 // a command line or a tag is no YAML
	if n.Style != 0 || fromText || v.Type() == modeType {
		return false
	}
	switch {
	case isYesNo(n.Value):
		d.at(n, codeAmbiguous, fmt.Sprintf("%s is a bool in YAML 1.1 and text in YAML 1.2", n.Value), yesNoHelp(n.Value, v))
	case octalForm().MatchString(n.Value) && strings.ContainsAny(n.Value, "89"):
		d.at(n, codeAmbiguous, fmt.Sprintf("%s is text in YAML 1.1 and a decimal number in YAML 1.2", n.Value),
			fmt.Sprintf("quote it if text is meant: %q; as a number write %s", n.Value, withoutZeros(n.Value)))
	case octalForm().MatchString(n.Value):
		d.at(n, codeAmbiguous, fmt.Sprintf("%s is an octal number in YAML 1.1 and a decimal one in YAML 1.2", n.Value),
			fmt.Sprintf("quote it if text or a file mode is meant: %q; as a number write %s", n.Value, withoutZeros(n.Value)))
	case groupedForm().MatchString(n.Value):
		d.at(n, codeAmbiguous, fmt.Sprintf("%s is a number in YAML 1.1 and text in YAML 1.2", n.Value),
			fmt.Sprintf("as a number write %s; quote it if text is meant: %q", strings.ReplaceAll(n.Value, "_", ""), n.Value))
	default:
		return false
	}
	return true
}

// withoutZeros is a number as every version of YAML reads it.
func withoutZeros(text string) string {
	sign, digits := "", strings.TrimLeft(text, "+")
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	return sign + cmp.Or(strings.TrimLeft(digits, "0_"), "0")
}

func isYesNo(text string) bool {
	return slices.Contains([]string{"y", "yes", "on", "n", "no", "off"}, strings.ToLower(text))
}

func yesNoHelp(text string, v reflect.Value) string {
	word := "false"
	if slices.Contains([]string{"y", "yes", "on"}, strings.ToLower(text)) {
		word = "true"
	}
	switch v.Kind() {
	case reflect.Bool:
		return "write " + word
	case reflect.String:
		return fmt.Sprintf("quote it: %q", text)
	}
	return fmt.Sprintf("write %s, or %q if text is meant", word, text)
}

// isFinite tells whether a value is a number that can be counted with.
func isFinite(n *yaml.Node) bool {
	_, ok := finite(n)
	return ok
}

// finite reads a number; infinity and what is no number are none.
func finite(n *yaml.Node) (f float64, ok bool) {
	err := n.Decode(&f)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}
