package schema

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

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
	what   string // the kind whose arguments are read, for messages

	literal bool // ${{ is text like any other: the value came from outside
}

// expr reports whether a scalar holds expressions.
func (d *decoder) expr(n *yaml.Node) bool { return !d.literal && isTemplate(n) }

// checkable is implemented by argument structs with rules of their own.
type checkable interface{ Check() error }

// text is a string that remembers where it stands.
type text struct {
	Value string
	node  *yaml.Node
}

// decode fills v, reporting every mistake; ok is false after one.
func (d *decoder) decode(n *yaml.Node, v reflect.Value) (ok bool) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case v.Type() == nodeType:
		v.Set(reflect.ValueOf(n))
		return true
	case v.Type() == reflect.TypeFor[text]():
		v.Field(0).SetString(n.Value)
		v.Set(reflect.ValueOf(text{Value: n.Value, node: n}))
		return d.scalar(n, reflect.New(reflect.TypeFor[string]()).Elem())
	case v.Type() == condType:
		return d.cond(n, v)
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

// short lets a bare value stand for a struct with a short field.
func (d *decoder) short(n *yaml.Node, v reflect.Value) bool {
	f, ok := shortField(v.Type())
	if !ok {
		if d.expr(n) {
			return d.template(n, v)
		}
		return d.wrongShape(n, "mapping")
	}
	before := len(d.list)
	for _, other := range fieldsOf(v.Type()) {
		if other.required && other.name != f.name {
			d.at(n, codeMissingKey, fmt.Sprintf("%q is missing", other.name), "")
		}
		d.setDefault(n, v, other)
	}
	d.field(n, v, f)
	return !d.failed(before) && d.check(n, v)
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value) bool {
	if _, ok := shortField(v.Type()); ok && n.Kind == yaml.SequenceNode {
		return d.short(n, v)
	}
	fields := fieldsOf(v.Type())
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	before := len(d.list)
	entries, ok := d.entries(n, names)
	if !ok {
		return false
	}
	for _, f := range fields {
		if value := entries[f.name]; value != nil {
			d.field(value, v, f)
			continue
		}
		if f.required {
			d.at(n, codeMissingKey, fmt.Sprintf("%q is missing", f.name), f.help)
		}
		d.setDefault(n, v, f)
	}
	return !d.failed(before) && d.check(n, v)
}

// entries reads a mapping; names nil accepts every key. Unknown and duplicate
// keys are reported and left out.
func (d *decoder) entries(n *yaml.Node, names []string) (map[string]*yaml.Node, bool) {
	if n.Kind != yaml.MappingNode {
		return nil, d.wrongShape(n, "mapping")
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.at(key, codeShape, "a key is plain text", "")
		case key.ShortTag() == "!!merge": // refused when the text was read
		case names != nil && !slices.Contains(names, key.Value):
			d.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q%s", key.Value, d.inside()), suggest(key.Value, "allowed", names))
		case out[key.Value] != nil:
			d.at(key, codeDuplicateKey, fmt.Sprintf("duplicate key %q", key.Value), "")
		default:
			out[key.Value] = value
		}
	}
	return out, true
}

// inside says whose keys are meant.
func (d *decoder) inside() string {
	if d.what == "" {
		return ""
	}
	return " in " + d.what
}

// field fills one field and checks it against its enum.
func (d *decoder) field(n *yaml.Node, v reflect.Value, f field) {
	target := v.FieldByIndex(f.index)
	if !d.decode(n, target) || len(f.enum) == 0 || (d.env == nil && d.expr(n)) {
		return
	}
	d.enum(n, target, f.enum)
}

func (d *decoder) enum(n *yaml.Node, v reflect.Value, allowed []string) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			at := n
			if n.Kind == yaml.SequenceNode && len(n.Content) == v.Len() {
				at = n.Content[i]
			}
			if !d.expr(at) || d.env != nil {
				d.enum(at, v.Index(i), allowed)
			}
		}
		return
	}
	value := fmt.Sprint(v.Interface())
	if t, ok := v.Interface().(text); ok {
		value = t.Value
	}
	if !slices.Contains(allowed, value) {
		d.at(n, codeEnum, fmt.Sprintf("%q is not allowed here", value), suggest(value, "allowed", allowed))
	}
}

// setDefault cannot fail for a kind that Validate accepted.
func (d *decoder) setDefault(n *yaml.Node, v reflect.Value, f field) {
	if err := setDefault(v.FieldByIndex(f.index), f); err != nil {
		d.at(n, codeType, fmt.Sprintf("the default of %q: %v", f.name, err), "")
	}
}

// check runs the struct's own rules, at load only when all values are known.
func (d *decoder) check(n *yaml.Node, v reflect.Value) bool {
	c, ok := v.Addr().Interface().(checkable)
	if !ok || (d.env == nil && hasExpr(n, v.Type())) {
		return true
	}
	if err := c.Check(); err != nil {
		d.at(n, codeCheck, err.Error(), "")
		return false
	}
	return true
}

// hasExpr reports whether any value below is known only per task.
func hasExpr(n *yaml.Node, t reflect.Type) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if isTemplate(n) {
		return true
	}
	if t.Kind() == reflect.Struct && slices.ContainsFunc(fieldsOf(t), func(f field) bool { return f.typ == condType }) {
		return true
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return hasExpr(c, anyType) })
}

func (d *decoder) slice(n *yaml.Node, v reflect.Value) bool {
	if n.Kind != yaml.SequenceNode {
		return d.wrongShape(n, "list")
	}
	ok := true
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		ok = d.decode(c, out.Index(i)) && ok
	}
	v.Set(out)
	return ok
}

func (d *decoder) mapOf(n *yaml.Node, v reflect.Value) bool {
	entries, ok := d.entries(n, nil)
	if !ok {
		return false
	}
	out := reflect.MakeMapWithSize(v.Type(), len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		elem := reflect.New(v.Type().Elem()).Elem()
		ok = d.decode(entries[key], elem) && ok
		out.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), elem)
	}
	v.Set(out)
	return ok
}

// anything reads a value of any shape into list, map[string]any and scalars.
func (d *decoder) anything(n *yaml.Node, v reflect.Value) bool {
	switch n.Kind {
	case yaml.SequenceNode:
		var list []any
		ok := d.slice(n, reflect.ValueOf(&list).Elem())
		v.Set(reflect.ValueOf(list))
		return ok
	case yaml.MappingNode:
		m := map[string]any{}
		ok := d.mapOf(n, reflect.ValueOf(&m).Elem())
		v.Set(reflect.ValueOf(m))
		return ok
	}
	return d.scalar(n, v)
}

func (d *decoder) wrongShape(n *yaml.Node, due string) bool {
	found := map[yaml.Kind]string{yaml.MappingNode: "mapping", yaml.SequenceNode: "list", yaml.ScalarNode: "single value"}[n.Kind]
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		found = "missing value"
	}
	help := ""
	if due == "list" && n.Kind == yaml.ScalarNode {
		help = "put it in brackets: [" + strings.TrimSpace(n.Value) + "]"
	}
	d.at(n, codeShape, fmt.Sprintf("%s where %s is due", article(found), article(due)), help)
	return false
}
