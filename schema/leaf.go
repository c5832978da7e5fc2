package schema

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"
)

// template fills v from a leaf with ${{ }}: at load its type is checked, per
// task its value is assigned.
func (d *decoder) template(n *yaml.Node, v reflect.Value) bool {
	if d.scope == nil && d.env == nil {
		return d.scalar(n, v)
	}
	if d.env != nil {
		return d.evaluate(n, v)
	}
	l := d.compileLeaf(n, d.scope)
	if l == nil {
		return false
	}
	before := len(d.list)
	l.check(d.report)
	if message, help := unfit(l.typ(), v.Type()); message != "" {
		if l.whole() {
			l.parts[0].expr.report(d.report, codeMismatch, message, help)
		} else {
			d.at(n, codeMismatch, message, help)
		}
	}
	d.leaves[n] = l
	return !d.failed(before)
}

func (d *decoder) evaluate(n *yaml.Node, v reflect.Value) bool {
	l := d.leaves[n]
	if l == nil {
		d.at(n, codeEvaluation, "this expression was not compiled", "")
		return false
	}
	x, ok := l.eval(d.report, d.env)
	if !ok {
		return false
	}
	if err := assign(v, x); err != nil {
		d.at(n, codeEvaluation, err.Error(), "")
		return false
	}
	return true
}

// cond fills an argument that is a bare condition.
func (d *decoder) cond(n *yaml.Node, v reflect.Value) bool {
	if d.env == nil {
		before := len(d.list)
		if d.scope == nil {
			return d.scalar(n, reflect.New(reflect.TypeFor[string]()).Elem())
		}
		d.conds[n] = d.condition(n, d.scope)
		return !d.failed(before)
	}
	e := d.conds[n]
	if e == nil {
		d.at(n, codeEvaluation, "this condition was not compiled", "")
		return false
	}
	value, tree, ok := e.truth(d.report, d.env)
	v.Set(reflect.ValueOf(Cond{Text: e.String(), Value: value, Tree: tree}))
	return ok
}

// condition compiles a bare expression that must be a bool.
func (r *report) condition(n *yaml.Node, s *scope) *Expr {
	before := len(r.list)
	e := r.compileBare(n, s)
	if e.typ.kind != tBool && e.typ.kind != tAny && !r.failed(before) {
		e.report(r, codeMismatch, fmt.Sprintf("a condition is a bool, this is %s", a(e.typ)), "")
	}
	return e
}

// truth evaluates a condition and prints the values of its parts.
func (e *Expr) truth(r *report, env map[string]any) (value bool, tree string, ok bool) {
	v, ok := e.eval(r, env)
	if !ok {
		return false, "", false
	}
	value, ok = v.(bool)
	if !ok {
		e.report(r, codeEvaluation, fmt.Sprintf("a condition is a bool, this is %s", describe(v)), "")
		return false, "", false
	}
	return value, e.trace(env), true
}

// unfit says why a value of that static type cannot fill the Go type.
func unfit(from *typ, to reflect.Type) (message, help string) {
	due, ok := fits(from, to)
	if ok {
		return "", ""
	}
	switch to {
	case durationType:
		help = "duration(text) makes a duration of text"
	}
	if due == "string" && from.scalar() {
		help = "string(x) makes text of a value"
	}
	return fmt.Sprintf("%s where %s is due", a(from), article(due)), help
}

// fits compares a static type with a Go type and names what is due.
func fits(from *typ, to reflect.Type) (due string, ok bool) {
	is := func(kinds ...typeKind) bool {
		if from.kind == tAny {
			return true
		}
		for _, k := range kinds {
			if from.kind == k {
				return true
			}
		}
		return false
	}
	switch to {
	case durationType:
		return "duration", is(tDuration)
	case sizeType:
		return "size", is(tInt)
	case modeType:
		return `mode ("0640")`, is(tString)
	}
	switch to.Kind() {
	case reflect.Interface:
		return "value", true
	case reflect.String:
		return "string", is(tString)
	case reflect.Bool:
		return "bool", is(tBool)
	case reflect.Int, reflect.Int64:
		return "int", is(tInt)
	case reflect.Float64:
		return "number", is(tInt, tFloat)
	case reflect.Slice:
		return fitsElem(from, to, tList)
	case reflect.Map:
		return fitsElem(from, to, tMap)
	}
	return "mapping", fitsStruct(from, to)
}

func fitsElem(from *typ, to reflect.Type, kind typeKind) (due string, ok bool) {
	prefix := map[typeKind]string{tList: "list of ", tMap: "map of "}[kind]
	elem := scalarType(tAny)
	if from.kind == kind {
		elem = from.elem
	}
	due, ok = fits(elem, to.Elem())
	if from.kind == tObject && kind == tMap {
		return prefix + due, objectFits(from, to.Elem())
	}
	return prefix + due, ok && (from.kind == kind || from.kind == tAny)
}

func objectFits(from *typ, to reflect.Type) bool {
	for _, f := range from.fields {
		if _, ok := fits(f, to); !ok {
			return false
		}
	}
	return true
}

// fitsStruct accepts an object whose fields the struct declares.
func fitsStruct(from *typ, to reflect.Type) bool {
	if from.kind == tAny {
		return true
	}
	if to.Kind() != reflect.Struct || from.kind != tObject {
		return false
	}
	known := map[string]reflect.Type{}
	for _, f := range fieldsOf(to) {
		known[f.name] = f.typ
	}
	for name, f := range from.fields {
		t := known[name]
		if t == nil {
			return false
		}
		if _, ok := fits(f, t); !ok {
			return false
		}
	}
	return true
}
