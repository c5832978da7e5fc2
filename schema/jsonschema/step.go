package jsonschema

import (
	"fmt"
	"slices"
	"strings"

	"tidemark/schema"
)

// step is an object of the step keys and exactly one kind. Written as oneOf,
// editors would say "matches multiple schemas" at the step's first letter; so
// that there is one is anyOf, and each kind forbids those behind it.
func step(kinds []schema.Kind, defs map[string]*node) *node {
	n := object(schema.StepKeys())
	n.Dependent = map[string]*node{"key": {Required: []string{"for-each"}, Says: "key tells the items of for-each apart: there is none"}}
	for i, k := range kinds {
		n.Properties[k.Name] = kind(k)
		n.AnyOf = append(n.AnyOf, &node{Required: []string{k.Name}, Says: "a step has a kind beside its id; `tidemark steps` lists them"})
		if i > 0 {
			name := fmt.Sprintf("from-%s-on", k.Name)
			n.Dependent[kinds[i-1].Name] = &node{Ref: "#/$defs/" + name}
			defs[name] = &node{Properties: map[string]any{k.Name: false}, Says: "a second kind: make a step of its own"}
			if i+1 < len(kinds) {
				defs[name].AllOf = []*node{{Ref: fmt.Sprintf("#/$defs/from-%s-on", kinds[i+1].Name)}}
			}
		}
	}
	return n
}

// kind is what stands under the name of a kind: its arguments, or what fills
// the argument that has a short form.
func kind(k schema.Kind) *node {
	args := k.Arguments()
	n := orExpr(object(args), true)
	for _, a := range args {
		if a.Short {
			n = either(object(args), typed(a.Type, a.Enum))
		}
	}
	switch needed := slices.ContainsFunc(args, func(a schema.Key) bool { return a.Required }); {
	case needed:
	case n.OneOf != nil:
		n.OneOf = append(n.OneOf, &node{Type: "null"})
	default:
		n.is("null")
	}
	example := strings.TrimSpace(k.Example)
	n.Description = k.Doc + "\n\n" + example
	n.Markdown = k.Doc + "\n\n```yaml\n" + example + "\n```"
	return n
}

// either is an object or a value that is none. Keywords speak of one type
// each, so they stand side by side; editors explain that better than anyOf.
func either(object, value *node) *node {
	if value.Enum != nil || value.OneOf != nil || value.Ref != "" {
		return oneOf(nil, object, value)
	}
	out := *value
	out.Type = "object"
	if types, many := value.Type.([]any); many {
		out.is(types...)
	} else {
		out.is(value.Type)
	}
	out.Properties, out.Additional, out.Required = object.Properties, object.Additional, object.Required
	return &out
}
