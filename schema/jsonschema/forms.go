package jsonschema

import (
	"strings"

	"tidemark/schema"
)

// Patterns without look-ahead: Go's and JavaScript's engines both read them.
const (
	wholePattern    = `^\$\{\{[\s\S]*\}\}$`
	plainPattern    = `^([^$]|\$+(\{\$+)*([^${]|\{[^{$]))*(\$+(\{\$+)*\{?)?$` // no ${{ anywhere
	durationPattern = `^(0|\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`
	sizePattern     = `^(0|[0-9]+(\.[0-9]*)? *(TiB|GiB|MiB|KiB|B))$`
	modePattern     = `^(0o)?[0-7]{3,4}$`
	sharePattern    = `^(all|[1-9][0-9]{0,5}|([1-9][0-9]?|100)%)$`
	namePattern     = `^[a-z][a-z0-9_]{0,63}$`
	wordPattern     = `^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`

	plainSays = "no expressions here: this value is needed before any is known"
	orSays    = ", or an expression ${{ … }}"
)

// text gives the node of a form that is one piece of text.
func text(f schema.Form) *node {
	switch f {
	case schema.FormDuration:
		return matching(durationPattern, "a number with its unit: 30s, 5m, 1h30m")
	case schema.FormSize:
		return matching(sizePattern, "a number with its unit: 512MiB, 12GiB")
	case schema.FormMode:
		return matching(modePattern, `the mode as quoted octal: "0640"`)
	case schema.FormName:
		return matching(namePattern, "a name begins with a letter and has only a-z, 0-9 and _ (it is used in expressions)")
	case schema.FormKey:
		return matching(`\$\{\{[\s\S]*\}\}`, "text with the item in it: ${{ item.… }}")
	case schema.FormAddress:
		return matching(`^([^-\s$][^\s$]*)?$`, "a host name or address, without blanks")
	case schema.FormWord:
		return matching(wordPattern, "letters, digits, '.', '_' and '-', beginning with a letter or digit")
	}
	return matching(plainPattern, plainSays)
}

// typed is the schema of a type. The words are those of its elements, when it
// is a list.
func typed(t schema.Type, words []string) *node {
	switch t.Form {
	case schema.FormList:
		n := &node{Type: "array", Items: typed(*t.Elem, words)}
		if t.Filled {
			n.MinItems = 1
		}
		return orExpr(n, t.Expr)
	case schema.FormMap:
		return orExpr(mapping(t), t.Expr)
	case schema.FormObject:
		n := object(t.Keys)
		rules(t.Name, t.Keys, n)
		if t.Or != nil {
			return &node{Type: "object", AnyOf: []*node{n, typed(*t.Or, nil)}}
		}
		return orExpr(n, t.Expr)
	case schema.FormAny:
		return &node{Ref: map[bool]string{true: valueRef, false: plainRef}[t.Expr]}
	case schema.FormStep:
		return &node{Ref: stepRef}
	case schema.FormInt:
		return orExpr(&node{Type: "integer"}, t.Expr)
	case schema.FormFloat:
		return orExpr(&node{Type: "number"}, t.Expr)
	case schema.FormBool:
		return orExpr(&node{Type: "boolean"}, t.Expr)
	case schema.FormPlace, schema.FormItems, schema.FormShare, schema.FormCondition:
		return several(t.Form)
	}
	return worded(t, words)
}

func mapping(t schema.Type) *node {
	n := &node{Type: "object", Additional: typed(*t.Elem, nil)}
	if t.Words != "" {
		n.Names = text(t.Words)
	}
	if t.Elem.Name == "node" {
		n.Properties = map[string]any{controller: false}
	}
	if t.Filled {
		n.MinKeys = 1
	}
	return n
}

// orExpr lets a whole expression stand for a value that is no text.
func orExpr(n *node, expr bool) *node {
	if expr {
		n.is("string")
		n.Pattern, n.PatternSays = wholePattern, "text stands here only as an expression ${{ … }}"
	}
	return n
}

// worded is text: of allowed words, of a form, or free.
func worded(t schema.Type, words []string) *node {
	n := text(t.Form)
	switch {
	case len(words) > 0 && t.Expr:
		return oneOf("string", enum(words), matching(wholePattern, strings.Join(words, ", ")+orSays))
	case len(words) > 0:
		return enum(words)
	case t.Expr && t.Form == schema.FormString:
		return &node{Type: "string"}
	case t.Expr:
		return matching(n.Pattern+"|"+wholePattern, n.PatternSays+orSays)
	}
	return n
}

func enum(words []string) *node {
	n := &node{Type: "string"}
	for _, w := range words {
		n.Enum = append(n.Enum, w)
	}
	return n
}

// several are the forms of the language that are more than one type.
func several(f schema.Form) *node {
	switch f {
	case schema.FormCondition:
		n := matching(plainPattern, "a bare expression that is true or false, without ${{ }}")
		n.is("boolean")
		return n
	case schema.FormItems:
		bare := matching(plainPattern, "a bare expression that gives a list, without ${{ }}")
		return oneOf([]any{"string", "array"}, bare, &node{Type: "array", Items: &node{Ref: valueRef}})
	case schema.FormShare:
		one := 1.0
		n := matching(sharePattern, "all, a number above 0, or a percentage: 10%")
		n.is("integer")
		n.Minimum = &one
		return n
	}
	names := &node{Type: "array", Items: text(schema.FormString), MinItems: 1}
	return oneOf([]any{"string", "array", "object"}, text(schema.FormString), names, object(schema.PickKeys()))
}

// oneOf is one of several that exclude each other. The type, which they say
// themselves, is for editors: they complete the key by it.
func oneOf(types any, list ...*node) *node { return &node{Type: types, OneOf: list} }
