package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Item is one turn of a step: Key tells it apart in task ids and outputs.
type Item struct {
	Key   string
	Value any
}

// maxKey bounds the key of an item; it is part of ids and file names.
const maxKey = 200

// reader is a decoder for one evaluation; it shares nothing that changes.
func (s *Step) reader(env Env) *decoder {
	r := &report{docs: s.docs}
	return &decoder{report: r, leaves: s.leaves, conds: s.conds, env: s.frame.roots(r, env), what: s.Kind}
}

// Items gives the turns of the step on a node in order: one with an empty key
// without for-each. Only inputs, vars, node and site need be known.
func (s *Step) Items(env Env) ([]Item, Diagnostics) {
	if s.each == nil {
		return []Item{{}}, nil
	}
	d := s.reader(env)
	values, ok := s.values(d)
	if !ok {
		return nil, d.list.sorted()
	}
	out := make([]Item, 0, len(values))
	seen := map[string]bool{}
	for i, v := range values {
		env.Item = v
		at := s.eachNode(i, len(values))
		key, ok := s.itemKey(d, env, v, at)
		if ok && seen[key] {
			d.at(at, codeKey, fmt.Sprintf("two items have the key %q", key), twoKeysHelp)
		}
		seen[key] = true
		out = append(out, Item{Key: key, Value: v})
	}
	if d.list.HasErrors() {
		return nil, d.list.sorted()
	}
	return out, nil
}

// eachNode is where an item is written, or what gives all of them.
func (s *Step) eachNode(i, total int) *yaml.Node {
	if s.each.list != nil {
		return elementAt(s.each.list, i, total)
	}
	return s.each.expr.node
}

func (s *Step) values(d *decoder) ([]any, bool) {
	if s.each.list != nil {
		var list []any
		ok := d.decode(s.each.list, reflect.ValueOf(&list).Elem())
		return list, ok
	}
	v, ok := s.each.expr.eval(d.report, d.env)
	if !ok {
		return nil, false
	}
	list, ok := coerceList(v, listOf(scalarType(tAny))).([]any)
	if !ok {
		s.each.expr.report(d.report, codeEvaluation, fmt.Sprintf("for-each goes over a list, this is %s", describe(v)), "")
	}
	return list, ok
}

// itemKey is `key:`, or the item itself when it is a single value.
func (s *Step) itemKey(d *decoder, env Env, v any, at *yaml.Node) (string, bool) {
	key, ok := scalarText(v)
	if s.key != nil {
		inner := *d
		inner.env = s.frame.roots(d.report, env)
		if !inner.decode(s.key, reflect.ValueOf(&key).Elem()) {
			return "", false
		}
		ok = true
	}
	switch {
	case !ok:
		d.at(at, codeKey, fmt.Sprintf("an item is %s: nothing tells it apart", describe(v)), `add key: "${{ item.… }}"`)
	case key == "" || len(key) > maxKey || strings.ContainsFunc(key, unicode.IsControl):
		d.at(at, codeKey, fmt.Sprintf("the key %.40q of an item", key), fmt.Sprintf("a key has 1 to %d printable characters", maxKey))
		ok = false
	}
	return key, ok
}

// When evaluates the step's condition for one task; without one it is true.
// The trace shows the condition and the values of its parts.
func (s *Step) When(env Env) (run bool, trace string, ds Diagnostics) {
	if s.when == nil {
		return true, "", nil
	}
	d := s.reader(env)
	run, trace, _ = s.when.truth(d.report, d.env)
	return run, trace, d.list.sorted()
}

// WhenWaits reports whether the step's condition refers to outputs, so that
// only a run can tell it.
func (s *Step) WhenWaits() bool { return s.whenLate }

// Waits gives the ids of the steps whose outputs the step's arguments, when
// or retry.if refer to, sorted: they can be evaluated only after those ran.
func (s *Step) Waits() []string { return slices.Clone(s.waits) }

// Resolve evaluates the arguments for one task and gives a pointer to a new
// value of the kind's Args struct.
func (s *Step) Resolve(env Env) (args any, ds Diagnostics) {
	d := s.reader(env)
	v := reflect.New(s.kind.argsType())
	d.decode(s.args, v.Elem())
	if d.list.HasErrors() {
		return nil, d.list.sorted()
	}
	return v.Interface(), nil
}

// Wants reports whether a failed attempt is to be repeated as far as `if`
// decides it; the caller counts the attempts.
func (r *Retry) Wants(env Env) (bool, Diagnostics) {
	if r.If == nil {
		return true, nil
	}
	rep := &report{docs: r.docs}
	value, _, _ := r.If.truth(rep, r.frame.roots(rep, env))
	return value, rep.list.sorted()
}
