package schema_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	site, heap := fuzzSite(f), newHeap()
	f.Fuzz(func(t *testing.T, data []byte) {
		src := schema.Source{Name: "fuzz.yaml", Data: data}
		for _, s := range []*schema.Site{nil, site} {
			book, ds := loadBounded(t, schema.Sources{Runbook: src}, s)
			again, more := schema.Load(schema.Sources{Runbook: src}, testKinds(), s)
			if everything(book) != everything(again) || ds.Error() != more.Error() {
				t.Fatal("read twice, the text is two things")
			}
		}
		bounded(t, func() {
			_, ds := schema.LoadSite(src)
			inside(t, ds, src)
		})
		heap.steady(t)
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
	site, heap := fuzzSite(f), newHeap()
	f.Fuzz(func(t *testing.T, text string) {
		src := schema.Source{Name: "fuzz.yaml", Data: expressions(text)}
		bounded(t, func() {
			book, ds := schema.Load(schema.Sources{Runbook: src}, testKinds(), site)
			inside(t, ds, src)
			if book != nil {
				evaluate(t, src, book, site)
			}
		})
		heap.steady(t)
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
	inside(t, ds, src)
	env := schema.Env{
		Inputs: inputs, Vars: book.VarsFor(&site.Nodes[0], site), Node: site.Nodes[0].Env(), Site: site.Env(), RunID: "r",
		StageNodes: []string{"vellum-1"}, Steps: map[string]any{"first": map[string]any{"out": map[string]any{"exit": 1, "lines": []any{"x"}}}},
	}
	for _, step := range book.Steps() {
		_, _, ds := step.When(env)
		inside(t, ds, src)
		items, ds := step.Items(env)
		inside(t, ds, src)
		for _, it := range items {
			env.Item = it.Value
			_, ds := step.Resolve(env)
			inside(t, ds, src)
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
