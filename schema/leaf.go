package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

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
	before := d.mistakes
	l.check(d.report)
	d.fit(n, l, v.Type())
	if v.Kind() == reflect.String {
		v.SetString(n.Value) // not empty: whoever looks at load sees that it is given
	}
	d.leaves[n] = l
	return !d.failed(before)
}

// fit reports a leaf whose value has no place in an argument of that type.
func (d *decoder) fit(n *yaml.Node, l *leaf, to reflect.Type) {
	if exposes(l.typ(), to) {
		l.secret().report(d.report, codeSecretArg, fmt.Sprintf("the secret %s in an argument that takes none", secretName(l.typ().carries())), d.takesSecrets())
		return
	}
	message, help := unfit(l.typ(), to)
	switch {
	case message == "":
	case l.whole():
		l.parts[0].expr.report(d.report, codeMismatch, message, help)
	default:
		d.at(n, codeMismatch, message, help)
	}
}

// takesSecrets says where the kind takes secrets, and why not elsewhere.
func (d *decoder) takesSecrets() string {
	why := "plans and journals show arguments, and every user of a node can read command lines"
	var list []string
	if d.args != nil {
		list = takers(d.args, "")
	}
	if len(list) == 0 {
		return "no argument of " + d.what + " takes a secret: " + why
	}
	return d.what + " takes secrets in " + strings.Join(list, " and ") + "; elsewhere none: " + why
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
	if err := assign(v, sealOf(d.env).take(x)); err != nil {
		d.at(n, codeEvaluation, err.Error(), "")
		return false
	}
	return true
}

// cond fills an argument that is a bare condition.
func (d *decoder) cond(n *yaml.Node, v reflect.Value) bool {
	if d.env == nil {
		before := d.mistakes
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
	before := r.mistakes
	r.asks = true
	e := r.compileBare(n, s.keepClosed("what a condition decides shows what it looked at"))
	r.asks = false
	if e.typ.kind != tBool && e.typ.kind != tAny && !r.failed(before) {
		e.report(r, codeMismatch, fmt.Sprintf("a condition is a bool, this is %s", a(e.typ)), cmp.Or(e.typ.hint, asked(e.tree, e.String())))
	}
	if !r.failed(before) {
		e.decided(r, s)
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
