package jsonschema

import (
	"fmt"
	"strconv"
	"strings"

	"tidemark/schema"
)

// property is the schema of a key, with what a reader wants to know of it.
func property(k schema.Key) *node {
	n := typed(k.Type, k.Enum)
	if k.HasDefault {
		n.Default = defaultOf(k)
	}
	if k.Min != "" {
		n.Minimum, n.Maximum = bound(k.Min), bound(k.Max)
	}
	n.Description, n.Markdown = k.Help, strings.TrimSpace(k.Help+"\n\n"+facts(k))
	return n
}

// facts is the line of type, default and need under the text of a key.
func facts(k schema.Key) string {
	parts := []string{"*" + k.Type.String() + "*"}
	if k.Required {
		parts = append(parts, "**required**")
	}
	if k.HasDefault {
		parts = append(parts, fmt.Sprintf("default `%s`", k.Default))
	}
	if k.Min != "" {
		parts = append(parts, k.Min+" to "+k.Max)
	}
	return strings.Join(parts, ", ")
}

// defaultOf is the value that the text of a default tag stands for.
func defaultOf(k schema.Key) any {
	if k.Type.Form != schema.FormList {
		return literal(k.Default, k.Type.Form)
	}
	var out []any
	for part := range strings.SplitSeq(k.Default, ",") {
		out = append(out, literal(part, k.Type.Elem.Form))
	}
	return out
}

func literal(text string, f schema.Form) any {
	switch f {
	case schema.FormBool:
		return text == "true"
	case schema.FormInt, schema.FormFloat:
		return bound(text)
	}
	return text
}

// bound is the number in a tag, which Kind.Validate has read.
func bound(text string) *float64 {
	x, _ := strconv.ParseFloat(text, 64)
	return &x
}
