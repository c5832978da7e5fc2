package schema

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// argsOf makes the struct that the arguments of a kind fill; its tags are the
// declaration, as those of a kind in Go are.
func argsOf(inputs []Input) reflect.Type {
	fields := make([]reflect.StructField, len(inputs))
	for i, in := range inputs {
		tag := fmt.Sprintf("json:%q help:%q", in.Name, in.Help)
		if in.Required {
			tag += ` required:"true"`
		}
		if len(in.Enum) > 0 {
			tag += fmt.Sprintf(" enum:%q", strings.Join(in.Enum, ","))
		}
		if def, ok := plainDefault(in.def); ok {
			tag += fmt.Sprintf(" default:%q", def)
		}
		fields[i] = reflect.StructField{Name: fmt.Sprintf("In%d", i), Type: goType(in.Type, in.Of), Tag: reflect.StructTag(tag)}
	}
	return reflect.StructOf(fields)
}

// plainDefault is a default as a tag can hold it: a single written value, or a
// list of such. Others are evaluated where the kind is used.
func plainDefault(n *yaml.Node) (string, bool) {
	switch {
	case n == nil || isTemplate(n):
		return "", false
	case n.Kind == yaml.ScalarNode:
		return n.Value, true
	case n.Kind != yaml.SequenceNode || len(n.Content) == 0:
		return "", false
	}
	var parts []string
	for _, c := range n.Content {
		if part, ok := plainDefault(c); !ok || c.Kind != yaml.ScalarNode || strings.Contains(part, ",") {
			return "", false
		}
		parts = append(parts, c.Value)
	}
	return strings.Join(parts, ","), true
}

// exampleOf is a step of the kind with what it must be given.
func exampleOf(name string, inputs []Input) string {
	var given []string
	for _, in := range inputs {
		if in.Required {
			given = append(given, fmt.Sprintf("%s: %s", in.Name, strings.ToUpper(in.Type)))
		}
	}
	return fmt.Sprintf("id: %s\n%s: {%s}", strings.ReplaceAll(name, "-", "_"), name, strings.Join(given, ", "))
}
