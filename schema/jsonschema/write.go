package jsonschema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"tidemark/schema"
)

// What several places refer to.
const (
	stepRef  = "#/$defs/step"
	valueRef = "#/$defs/value" // any value, with expressions in it
	plainRef = "#/$defs/plain" // any value
)

// Write gives the schema of one sort of file, indented, with a newline at its
// end. The kinds are those that its steps may have.
func Write(file schema.File, kinds []schema.Kind) ([]byte, error) {
	root := object(file.Keys())
	root.Draft, root.Description = draft, file.Doc
	root.Defs = map[string]*node{"plain": anyValue(plainRef, plainPattern, plainSays), "value": anyValue(valueRef, "", "")}
	if slices.ContainsFunc(file.Keys(), hasSteps) {
		root.Defs["step"] = step(kinds, root.Defs)
		places(kinds, root.Defs)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("schema of %s: %w", file.Name, err)
	}
	return out.Bytes(), nil
}

// hasSteps looks for steps at or below a key.
func hasSteps(k schema.Key) bool {
	for t := &k.Type; t != nil; t = t.Elem {
		if t.Form == schema.FormStep || slices.ContainsFunc(t.Keys, hasSteps) {
			return true
		}
	}
	return false
}

// object is a mapping of these keys and no others.
func object(keys []schema.Key) *node {
	n := &node{Type: "object", Properties: map[string]any{}, Additional: false}
	for _, k := range keys {
		n.Properties[k.Name] = property(k)
		if k.Required {
			n.Required = append(n.Required, k.Name)
		}
	}
	return n
}

// anyValue is everything but nothing, at every depth.
func anyValue(ref, pattern, says string) *node {
	n := matching(pattern, says)
	n.is("number", "boolean", "array", "object")
	n.Items, n.Additional = &node{Ref: ref}, &node{Ref: ref}
	return n
}
