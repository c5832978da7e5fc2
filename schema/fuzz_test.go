package schema_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tidemark/schema"
)

// FuzzLoad holds what is promised of any text whatever: reading ends, takes
// little, and says of every mistake where it is.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"ok/*.yaml", "err/*.yaml"} {
		paths, err := filepath.Glob(filepath.Join(corpus, pattern))
		if err != nil || len(paths) == 0 {
			f.Fatal(pattern, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	site := fuzzSite(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		src := schema.Source{Name: "fuzz.yaml", Data: data}
		for _, s := range []*schema.Site{nil, site} {
			var book *schema.Runbook
			var ds schema.Diagnostics
			bounded(t, func() { book, ds = schema.Load(schema.Sources{Runbook: src}, testKinds(), s) })
			inside(t, src, ds)
			if (book == nil) != ds.HasErrors() {
				t.Fatalf("a runbook %v, errors %v", book != nil, ds.HasErrors())
			}
			again, more := schema.Load(schema.Sources{Runbook: src}, testKinds(), s)
			if outline(book, s) != outline(again, s) || ds.Error() != more.Error() {
				t.Fatal("read twice, the text is two things")
			}
		}
		bounded(t, func() {
			_, ds := schema.LoadSite(src)
			inside(t, src, ds)
		})
	})
}

// FuzzExpr holds the same of expressions, at load and when they are evaluated.
func FuzzExpr(f *testing.F) {
	for _, seed := range []string{
		"inputs.count > 3 && inputs.mode == 'fast'", "len(inputs.list) in [1, 2]", "any(inputs.list, # == 'a')",
		"steps.first.out.exit ?? 0", "!(site.memento || not site.memento)", "inputs.backup-id", "node.name + 'é'",
		"{a: 1}.a == 1 ? inputs.wait : duration('5m')", "inputs.room > size('2GiB')", "nodes['vellum-1'].steps.x.out",
		"((((1))))", "'a' matches '(a|b)*'", "inputs.list[0:1]", "secrets.vault", "sum(map(inputs.list, len(#)))", "\"\\u00e9\" == `x`",
		"duration('soon') * 2 > inputs.wait", "[1, 2][inputs.count] % (inputs.count - 3) == -9223372036854775807", "node.name matches '^(a{9}|\\\\pL)' + inputs.mode",
		"split('a,a', ',')", "true ? 'fast' : 'fest'", "int('1e3') + float('0x1p-2')",
	} {
		f.Add(seed)
	}
	site := fuzzSite(f)
	f.Fuzz(func(t *testing.T, text string) {
		src := schema.Source{Name: "fuzz.yaml", Data: expressions(text)}
		bounded(t, func() {
			book, ds := schema.Load(schema.Sources{Runbook: src}, testKinds(), site)
			inside(t, src, ds)
			if book != nil {
				evaluate(t, src, book, site)
			}
		})
	})
}

// expressions is a runbook in which the text stands at every sort of place.
func expressions(text string) []byte {
	quoted := func(s string) string {
		data, _ := json.Marshal(strings.ToValidUTF8(s, "?"))
		return string(data)
	}
	return fmt.Appendf(nil, `runbook: fuzz
inputs:
  count: {type: int, default: 3}
  mode:  {type: enum, values: [fast, slow], default: fast}
  list:  {type: list, default: [a, b]}
  wait:  {type: duration, default: 5m}
  room:  {type: size, default: 1GiB}
stages:
  - stage: all
    on: vellum
    steps:
      - {id: first, run: [echo]}
      - id: here
        when: %s
        run: {argv: [echo, %s], extra: %s}
      - {id: items, for-each: %s, run: {argv: [x], extra: "${{ item }}"}}
`, quoted(text), quoted("a ${{"+text+"}} b"), quoted("${{"+text+"}}"), quoted(text))
}

func evaluate(t *testing.T, src schema.Source, book *schema.Runbook, site *schema.Site) {
	inputs, ds := book.BindInputs(nil, site)
	inside(t, src, ds)
	env := schema.Env{
		Inputs: inputs, Vars: book.VarsFor(&site.Nodes[0], site), Node: site.Nodes[0].Env(), Site: site.Env(), RunID: "r",
		StageNodes: []string{"vellum-1"}, Steps: map[string]any{"first": map[string]any{"out": map[string]any{"exit": 1, "lines": []any{"x"}}}},
	}
	for _, step := range book.Steps() {
		_, _, ds := step.When(env)
		inside(t, src, ds)
		items, ds := step.Items(env)
		inside(t, src, ds)
		for _, it := range items {
			env.Item = it.Value
			_, ds := step.Resolve(env)
			inside(t, src, ds)
		}
	}
}

func fuzzSite(f *testing.F) *schema.Site {
	f.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, "ok", "site-lab.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	site, ds := schema.LoadSite(schema.Source{Name: "site-lab.yaml", Data: data})
	if ds.HasErrors() {
		f.Fatal(ds.Error())
	}
	return site
}

// bounded fails when f takes more from the heap than any text may cost.
func bounded(t *testing.T, f func()) {
	t.Helper()
	if took := allocated(f); took > mostAllocated {
		t.Fatalf("%d MB allocated", took>>20)
	}
}

// inside fails unless every diagnostic stands in the text, in order, and can
// be shown.
func inside(t *testing.T, src schema.Source, ds schema.Diagnostics) {
	t.Helper()
	lines := strings.Split(strings.ReplaceAll(string(src.Data), "\r\n", "\n"), "\n")
	for _, d := range ds {
		if d.Pos.Line < 1 || d.Pos.Line > len(lines) || d.Pos.Col < 1 || d.Pos.Col > utf8.RuneCountInString(lines[d.Pos.Line-1])+1 || d.Width < 1 {
			t.Fatalf("%s, width %d: not in the text", d.Error(), d.Width)
		}
		if d.Code == "" || d.Message == "" {
			t.Fatalf("%s: no code, or nothing said", d.Pos)
		}
		if strings.Contains(d.Message, "runtime error") || strings.Contains(d.Message, "interface {}") {
			t.Fatalf("%s: Go's own words", d.Error())
		}
	}
	if !slices.IsSortedFunc(ds, func(a, b schema.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	}) {
		t.Fatalf("not in order:\n%s", ds.Error())
	}
	if shown := ds.Render(src); !utf8.ValidString(shown) {
		t.Fatalf("not UTF-8: %q", shown)
	}
}

// outline is what can be seen of a runbook.
func outline(b *schema.Runbook, site *schema.Site) string {
	if b == nil {
		return ""
	}
	inputs, ds := b.BindInputs(nil, site)
	out := fmt.Sprint(b.Name, b.Title, b.Digest, b.Vars, b.Locks, b.OnFailure, b.Deadline, inputs, ds.Error())
	for _, in := range b.Inputs {
		out += fmt.Sprint(in.Name, in.Type, in.Of, in.Required, in.Enum)
	}
	for _, s := range b.Stages {
		out += fmt.Sprint(s.ID, s.On, s.Pick, s.Strategy, s.Pos)
	}
	for _, s := range b.Steps() {
		out += fmt.Sprint(s.ID, s.Kind, s.Timeout, s.User, s.On, s.Pos, s.Waits())
	}
	return out
}
