package schema_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"tidemark/schema"
)

// leftOut is what of a loaded runbook is no part of its value, with the reason.
func leftOut() map[string]string {
	return map[string]string{
		"schema.Pos":      "where it stands",
		"schema.docs":     "the texts",
		"schema.Sources":  "the texts",
		"schema.merger":   "how the texts were merged",
		"Runbook.Digest":  "of the runbook's own text alone",
		"Runbook.ungated": "what overlays took away, told beside the plan",
		"Step.outer":      "the way back to what is walked already",
		"Kind.made":       "the text of the kind; its steps are in Step.inner",
		"Kind.Args":       "the declaration of the build",
		"Kind.Out":        "the declaration of the build",
		"Expr.off":        "where it stands",
		"Expr.tree":       "made of the text of the expression",
		"Expr.program":    "made of the text of the expression",
		"refs.roots":      "types of what stands before",
		"frame.outer":     "walked where it is from",
	}
}

// everything is all that a loaded runbook holds, a line for each value, found by walking it: a field that is new is seen.
// What one text could hold is longer than any test needs, so the end of very much is cut.
func everything(book *schema.Runbook) string {
	w := &walk{skip: leftOut(), met: map[string]bool{}}
	w.value("", reflect.ValueOf(book))
	return strings.Join(w.lines, "\n")
}

type walk struct {
	skip  map[string]string
	met   map[string]bool // of skip
	open  []uintptr       // the pointers on the way here
	lines []string
	size  int
}

func (w *walk) say(path, text string) {
	if w.size += len(path) + len(text); w.size < 4<<20 {
		w.lines = append(w.lines, path+": "+text)
	}
}

// without tells whether a name stands among what is left out.
func (w *walk) without(name string) bool {
	_, out := w.skip[name]
	if out {
		w.met[name] = true
	}
	return out
}

func (w *walk) value(path string, v reflect.Value) {
	if !v.IsValid() || w.size > 4<<20 || w.without(v.Type().String()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !w.without(v.Type().Elem().String()) {
			w.pointer(path, v)
		}
	case reflect.Interface:
		w.value(path, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; !w.without(v.Type().Name() + "." + name) {
				w.value(path+"."+name, v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		w.say(path, fmt.Sprintf("%d, nil %t", v.Len(), v.Kind() == reflect.Slice && v.IsNil()))
		for i := range v.Len() {
			w.value(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		w.mapOf(path, v)
	case reflect.Func:
		w.say(path, fmt.Sprintf("func, nil %t", v.IsNil()))
	default:
		w.say(path, fmt.Sprintf("%#v", v))
	}
}

// pointer follows a pointer that is not on the way already; a node stands for its text.
func (w *walk) pointer(path string, v reflect.Value) {
	switch at := v.Pointer(); {
	case v.IsNil():
		w.say(path, "nil")
	case v.Type() == reflect.TypeFor[*yaml.Node]():
		w.say(path, nodeText(v))
	case slices.Contains(w.open, at):
		w.say(path, "around")
	default:
		w.open = append(w.open, at)
		w.value(path, v.Elem())
		w.open = w.open[:len(w.open)-1]
	}
}

// mapOf walks the values in the order of what the keys are and what stands there: nodes have no other order.
func (w *walk) mapOf(path string, v reflect.Value) {
	var entries []string
	for it := v.MapRange(); it.Next(); {
		in := &walk{skip: w.skip, met: w.met, open: w.open, size: w.size}
		in.value(path+"{key}", it.Key())
		in.value(path+"{value}", it.Value())
		w.size = in.size
		entries = append(entries, strings.Join(in.lines, "\n"))
	}
	slices.Sort(entries)
	w.lines = append(append(w.lines, fmt.Sprintf("%s: %d", path, len(entries))), entries...)
}

// nodeText is a value of a text without its place and form. What a field that is not exported points to can be read
// only by reflection.
func nodeText(v reflect.Value) string {
	if v.IsNil() {
		return ""
	}
	n := v.Elem()
	if alias := n.FieldByName("Alias"); !alias.IsNil() {
		return nodeText(alias)
	}
	out := fmt.Sprintf("%d %s %q", n.FieldByName("Kind").Uint(), strings.TrimPrefix(n.FieldByName("Tag").String(), "tag:yaml.org,2002:"), n.FieldByName("Value").String())
	if content := n.FieldByName("Content"); content.Len() > 0 {
		out += "("
		for i := range content.Len() {
			out += nodeText(content.Index(i)) + " "
		}
		out += ")"
	}
	return out
}

// Each of these keys changes what is walked, and all that is left out is met on the way.
func TestEverythingIsWalked(t *testing.T) {
	const text = `runbook: walked
title: T
locks: [sprout]
on-failure: hold
deadline: 10h
inputs: {n: {type: list, default: [x, z], help: h}}
vars: {v: 1, w: {a: b}}
stages:
  - stage: s
    on: [vellum, sprout]
    strategy: {parallel: 2, max-failures: 1, fail-fast: true}
    steps:
      - {id: a, for-each: inputs.n, key: "${{ item }}-k", when: "item != 'z'", timeout: 5m, user: root, on: vellum, monit: {action: stop, service: x}, retry: {attempts: 3, backoff: 2s, factor: 3, max: 1m, jitter: 0.5, if: 'failure == "io"'}}
      - {id: b, nodetool: drain}
      - {id: c, mine: {p: q}}
finally:
  - {id: f, on: vellum, run: {argv: [ls, "v ${{ vars.v }}", "${{ vars.w.a }}"], env: {A: b}, stdin: c}}
afterwards: ["look ${{ run.id }}"]
`
	kinds := []schema.Source{{Name: "kinds/mine.yaml", Data: []byte("kind: mine\ndoc: D.\ninputs: {p: {type: string, default: o}}\nsteps: [{id: i, run: {argv: [ls, \"${{ inputs.p }}\"]}}]\n")}}
	load := func(t *testing.T, text string) *schema.Runbook {
		src := schema.Sources{Runbook: schema.Source{Name: "walked.yaml", Data: []byte(text)}, Kinds: kinds}
		book, ds := schema.Load(src, testKinds(), labSite(t))
		if book == nil {
			t.Fatal(ds.Render(src.All()...))
		}
		return book
	}
	w := &walk{skip: leftOut(), met: map[string]bool{}}
	w.value("", reflect.ValueOf(load(t, text)))
	if len(w.met) != len(w.skip) {
		t.Errorf("left out is %v, met were %v", w.skip, w.met)
	}
	seen := map[string]string{strings.Join(w.lines, "\n"): "nothing"}
	for old, other := range map[string]string{
		"title: T": "title: U", "[sprout]\non": "[vellum]\non", "hold": "close", "10h": "11h", "[x, z]": "[x, zz]", "help: h": "help: hh", "v: 1": "v: 2",
		"a: b}}": "a: c}}", "[vellum, sprout]": "[sprout, vellum]", "parallel: 2": "parallel: 3", "max-failures: 1": "max-failures: 2", "fail-fast: true": "fail-fast: false",
		"for-each: inputs.n": "for-each: [x, z]", "}}-k": "}}-l", "!= 'z'": "!= 'zz'", "5m": "6m", "user: root": "user: nobody", "on: vellum, monit": "on: [vellum], user: u, monit",
		"action: stop": "action: start", "attempts: 3": "attempts: 4", "backoff: 2s": "backoff: 3s", "factor: 3": "factor: 4", "max: 1m": "max: 2m", "jitter: 0.5": "jitter: 0.25",
		"if: 'failure": "if: 'failure != \"exit\" and failure", "drain": "info", "p: q": "p: qq", "id: f, on: vellum": "id: f, on: sprout", "vars.v }}": "vars.v + 1 }}",
		"A: b": "A: bb", "stdin: c": "stdin: cc", "look ${{ run.id": "see ${{ run.id",
	} {
		other := strings.Replace(strings.Replace(text, old, other, 1), "user: root, on: [vellum], user: u", "user: u, on: [vellum]", 1)
		if other == text {
			t.Errorf("%q is not there", old)
			continue
		}
		got := everything(load(t, other))
		if same, twice := seen[got]; twice {
			t.Errorf("with another %q it is the same as with another %q", old, same)
		}
		seen[got] = old
	}
}
