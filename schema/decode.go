package schema

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// decoder fills Go values from YAML, strictly and to the end: it goes on
// after a mistake. At load env is nil, the leaves are compiled into leaves and
// checked by type; per task leaves are evaluated. Without a scope a text has
// no expressions.
type decoder struct {
	*report
	scope  *scope
	leaves map[*yaml.Node]*leaf
	conds  map[*yaml.Node]*Expr
	env    map[string]any
	what   string       // the kind whose arguments are read, for messages
	args   reflect.Type // the kind's arguments, nil for other values

	literal bool // ${{ is text like any other: the value came from outside
}

// expr reports whether a scalar holds expressions.
func (d *decoder) expr(n *yaml.Node) bool { return !d.literal && isTemplate(n) }

// checkable is implemented by argument structs with rules of their own: what it
// refuses is an ArgError, or is shown at the whole.
type checkable interface{ Check() error }

// text is a string that remembers where it stands.
type text struct {
	Value string
	node  *yaml.Node
}

// decode fills v, reporting every mistake; ok is false after one.
func (d *decoder) decode(n *yaml.Node, v reflect.Value) (ok bool) {
	switch {
	case d.full():
		return false
	case v.Type() == nodeType:
		v.Set(reflect.ValueOf(n))
		return true
	case v.Type() == reflect.TypeFor[text]():
		return d.text(n, v)
	case v.Type() == condType:
		return d.cond(n, v)
	case v.Type() == sealedType:
		return d.sealed(n, v)
	case n.Kind == yaml.ScalarNode && v.Kind() == reflect.Struct:
		return d.short(n, v)
	case d.expr(n):
		return d.template(n, v)
	}
	switch v.Kind() {
	case reflect.Struct:
		return d.structure(n, v)
	case reflect.Slice:
		return d.slice(n, v)
	case reflect.Map:
		return d.mapOf(n, v)
	case reflect.Interface:
		return d.anything(n, v)
	}
	return d.scalar(n, v)
}

// text fills a text with its place; after a mistake it has none, so that no rule
// has more to say of it.
func (d *decoder) text(n *yaml.Node, v reflect.Value) bool {
	out := text{Value: n.Value}
	if isNull(n) {
		d.at(n, codeType, "a value is missing", "write it behind the colon")
		v.Set(reflect.ValueOf(out))
		return false
	}
	ok := d.scalar(n, reflect.ValueOf(&out.Value).Elem())
	if ok {
		out.node = n
	}
	v.Set(reflect.ValueOf(out))
	return ok
}

// short lets a bare value stand for a struct with a short field.
func (d *decoder) short(n *yaml.Node, v reflect.Value) bool {
	f, ok := shortField(d.fieldsOf(v.Type()))
	if !ok {
		if d.expr(n) {
			return d.template(n, v)
		}
		return d.misshapen(n, "mapping", fieldHelp(n, d.fieldsOf(v.Type())))
	}
	before := d.mistakes
	for _, other := range d.fieldsOf(v.Type()) {
		if other.required && other.name != f.name {
			d.at(n, codeMissingKey, fmt.Sprintf("%q is missing", other.name), "")
		}
		d.setDefault(n, v, other)
	}
	d.field(n, v, f)
	return !d.failed(before) && d.check(n, v)
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value) bool {
	if _, ok := shortField(d.fieldsOf(v.Type())); ok && n.Kind == yaml.SequenceNode {
		return d.short(n, v)
	}
	fields := d.fieldsOf(v.Type())
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	before := d.mistakes
	if n.Kind != yaml.MappingNode {
		return d.misshapen(n, "mapping", fieldHelp(n, fields))
	}
	entries, ok := d.entries(n, names)
	if !ok {
		return false
	}
	for _, f := range fields {
		if value := entries[f.name]; value != nil {
			d.field(value, v, f)
			continue
		}
		if f.required && !misspelt(n, names, f.name) {
			d.at(n, codeMissingKey, fmt.Sprintf("%q is missing", f.name), f.help)
		}
		d.setDefault(n, v, f)
	}
	return !d.failed(before) && !merges(n) && d.check(n, v)
}

// setDefault cannot fail for a kind that Validate accepted.
func (d *decoder) setDefault(n *yaml.Node, v reflect.Value, f field) {
	if err := setDefault(v.FieldByIndex(f.index), f); err != nil {
		d.at(n, codeType, fmt.Sprintf("the default of %q: %v", f.name, err), "")
	}
}

// hasExpr reports whether any value below is known only per task.
func hasExpr(n *yaml.Node, t reflect.Type) bool {
	if isTemplate(n) {
		return true
	}
	if t == condType {
		return true
	}
	if t.Kind() == reflect.Struct && slices.ContainsFunc(fieldsOf(t), func(f field) bool { return f.typ == condType }) {
		return true
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return hasExpr(c, anyType) })
}
