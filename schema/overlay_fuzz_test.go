package schema_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"tidemark/schema"
)

// FuzzOverlay holds of whatever texts a site merges what FuzzLoad holds of one: a runbook, its overlays, lists of stages
// and kinds, in one archive by the directories that a site keeps them in. What the overlays made can be written as one
// text, which loads to the same.
func FuzzOverlay(f *testing.F) {
	for _, pattern := range []string{"ok/*.txtar", "err/*.txtar"} {
		for _, path := range glob(f, pattern, 4) {
			f.Add(read(f, path).Data)
		}
	}
	for _, archive := range laden() {
		f.Add(archive)
	}
	site, heap := fuzzSite(f), newHeap()
	f.Fuzz(func(t *testing.T, archive []byte) {
		src := unpack(t, schema.Source{Data: archive})
		if strange(src) {
			return
		}
		for _, s := range []*schema.Site{nil, site} {
			if book, _ := loadBounded(t, src, s); book != nil {
				effective(t, src, book, s)
			}
		}
		heap.steady(t)
	})
}

// effective holds that the text which stands for all of them loads to the same, for little.
func effective(t *testing.T, src schema.Sources, book *schema.Runbook, site *schema.Site) {
	t.Helper()
	var text string
	var err error
	bounded(t, func() { text, err = book.Effective() })
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, s := range src.All() {
		size += len(s.Data)
	}
	if len(text) > 64*size+4096 {
		t.Errorf("%d bytes made of %d", len(text), size)
	}
	src.Runbook, src.Overlays = schema.Source{Name: "effective.yaml", Data: []byte(text)}, nil
	again, ds := schema.Load(src, testKinds(), site)
	if diff := cmp.Diff(everything(book), everything(again)); diff != "" {
		t.Fatalf("%s%s\n%s", ds.Render(src.All()...), diff, text)
	}
}

// strange tells what no site has: two texts of one name, so that no place in them is told apart, or names that are no text.
func strange(src schema.Sources) bool {
	seen := map[string]bool{}
	for _, s := range src.All() {
		if seen[s.Name] || !utf8.ValidString(s.Name) {
			return true
		}
		seen[s.Name] = true
	}
	return false
}

// laden are archives in which two overlays change a runbook that takes a list of stages and a kind made of steps.
func laden() [][]byte {
	const texts = `-- base.yaml --
runbook: base
title: Base
inputs:
  count: {type: int, default: 2}
stages:
  - stage: gate
    on: controller
    steps: [{id: sure, confirm: {text: "go on?"}}]
  - include: more
    with: {names: [a, b]}
  - stage: stop
    on: vellum
    strategy: {parallel: 1}
    steps:
      - {id: drain, nodetool: drain, timeout: 5m, retry: {attempts: 3, backoff: 2s, if: 'failure == "io"'}}
      - {id: both, twice: {path: "/x/${{ node.name }}"}}
      - {id: after, when: steps.both.out.seen, run: {argv: [echo, "${{ inputs.count + 1 }}"]}}
finally:
  - {id: rearm, monit: {action: monitor, service: x}}
-- include/more.yaml --
include: more
inputs:
  names: {type: list, required: true}
stages:
  - stage: named
    on: vellum
    steps: [{id: each, for-each: inputs.names, run: {argv: [echo, "${{ item }}"]}}]
-- kinds/twice.yaml --
kind: twice
doc: Does it twice.
inputs:
  path: {type: string, required: true}
outputs:
  seen: "${{ steps.two.out.exit == 0 }}"
steps:
  - {id: one, mkdir: {path: "${{ inputs.path }}", mode: "0700"}}
  - {id: two, run: {argv: [ls, "${{ inputs.path }}"]}}
`
	overlays := []string{`-- overlays/one.yaml --
overlay: one
of: base
changes:
  - {set: stop/drain.timeout, to: 90s, was: 5m}
  - {insert-after: stop/drain, steps: [{id: wait, pause: 5s}]}
  - {skip: finally/rearm, was: monit, because: no monit here}
-- overlays/two.yaml --
overlay: two
of: base
changes:
  - {set: stop/drain.timeout, to: 2m, over: one}
  - {replace: stop/after, was: run, by: {id: after, twice: {path: /y}}}
  - {insert-before: stop, stages: [{stage: first, on: vellum, steps: [{id: look, run: {argv: [ls]}}]}]}
`, `-- overlays/one.yaml --
overlay: one
of: base
changes:
  - {set: stop/both.twice.path, to: "/ü/${{ inputs.cuont }}"}
  - set: stop.strategy
    to: {waves: [1, 10%, all], max-failures: -1}
-- overlays/two.yaml --
overlay: two
of: base
changes:
  - {remove: stop/drain, was: monit, because: it moved}
  - {set: stop/both.steps, to: []}
`}
	var out [][]byte
	for _, o := range overlays {
		out = append(out, []byte(texts+o))
	}
	return out
}

// What the archives hold is merged, or no test of merging.
func TestLadenIsMerged(t *testing.T) {
	for i, archive := range laden() {
		if len(txtar.Parse(archive).Files) != 5 || !bytes.Contains(archive, []byte("overlay: two")) {
			t.Errorf("archive %d: not all texts", i)
		}
		book, ds := schema.Load(unpack(t, schema.Source{Data: archive}), testKinds(), labSite(t))
		if (book != nil) != (i == 0) {
			t.Errorf("archive %d: %s", i, ds.Render(unpack(t, schema.Source{Data: archive}).All()...))
		}
	}
}
