package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/schema"
)

const twice = `runbook: twice
title: Puts things by a kind of its own.
inputs:
  names: {type: list, default: [a, b]}
stages:
  - stage: first
    on: vellum
    steps:
      - {id: base, put: {key: base}}
      - {id: pair, for-each: inputs.names, pair: {name: "${{ item }}", base: "${{ steps.base.out.key }}"}}
      - {id: never, when: "node.name == 's1'", pair: {name: never, base: x}}
      - {id: late, when: "steps.base.out.key == 'other'", pair: {name: late, base: x}}
  - stage: second
    on: sprout
    steps:
      - {id: seen, put: {key: "${{ nodes['n1'].steps.pair.out['b'].both }}"}}
`

const pair = `kind: pair
doc: Puts a thing and one beside it.
inputs:
  name: {type: string, required: true}
  base: {type: string, required: true}
  beside: {type: list, default: [p, q]}
outputs:
  both: "${{ steps.left.out.key }}+${{ steps.right.out['q'].key }}"
steps:
  - {id: left, put: {key: "${{ inputs.name }}-left"}}
  - {id: right, for-each: inputs.beside, put-again: {key: "${{ steps.left.out.key }}-${{ item }}-${{ inputs.base }}"}}
  - {id: on_one, when: "node.name == 'n1'", put: {key: "${{ inputs.name }}-n1"}}
`

func newCompositeBench(t testing.TB) *bench {
	t.Helper()
	b := newBench(t, simple)
	texts := schema.Sources{
		Runbook: schema.Source{Name: "twice.yaml", Data: []byte(twice)},
		Kinds:   []schema.Source{{Name: "kinds/pair.yaml", Data: []byte(pair)}},
	}
	book, diags := schema.Load(texts, b.basis.Kinds.Schema(), b.basis.Site)
	if len(diags) > 0 {
		t.Fatal(diags.Render(texts.All()...))
	}
	b.basis.Runbook, b.basis.Limit = book, []string{"n1", "n3", "s1"}
	if b.basis.Inputs, diags = book.BindInputs(nil, b.basis.Site); len(diags) > 0 {
		t.Fatal(diags)
	}
	return b
}

func TestCompositePlan(t *testing.T) { synctest.Test(t, compositePlan) }

func compositePlan(t *testing.T) {
	p := newCompositeBench(t).plan()
	var got []string
	for _, task := range p.Stages[0].Of("n1") {
		line := task.ID + " " + task.Kind
		if task.Skip != "" {
			line += " skipped"
		}
		for _, w := range task.Waits {
			line += " waits:" + w
		}
		got = append(got, line)
	}
	want := []string{
		"first/base@n1 put",
		"first/pair[a].left@n1 put waits:base",
		"first/pair[a].right[p]@n1 put-again waits:pair.left waits:base",
		"first/pair[a].right[q]@n1 put-again waits:pair.left waits:base",
		"first/pair[a].on_one@n1 put waits:base",
		"first/pair[b].left@n1 put waits:base",
		"first/pair[b].right[p]@n1 put-again waits:pair.left waits:base",
		"first/pair[b].right[q]@n1 put-again waits:pair.left waits:base",
		"first/pair[b].on_one@n1 put waits:base",
		"first/never.left@n1 put skipped",
		"first/never.right@n1 put-again skipped waits:never.left",
		"first/never.on_one@n1 put skipped",
		"first/late.left@n1 put waits:base",
		"first/late.right[p]@n1 put-again waits:late.left waits:base",
		"first/late.right[q]@n1 put-again waits:late.left waits:base",
		"first/late.on_one@n1 put waits:base",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestCompositeKilledAtEveryLine: steps within steps, their outputs and conditions survive the controller's death
// at each line; the stored plan alone is enough to go on.
func TestCompositeKilledAtEveryLine(t *testing.T) { synctest.Test(t, compositeKilledAtEveryLine) }

func compositeKilledAtEveryLine(t *testing.T) {
	whole := newCompositeBench(t)
	c, err := whole.run(whole.plan(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := whole.w.state()
	for _, key := range []string{"n1/a-left", "n1/b-left-q-base", "n1/b-n1", "s1/b-left+b-left-q-base"} {
		if !want[key] {
			t.Errorf("%s was not put; there is %v", key, want)
		}
	}
	if want["n3/a-n1"] || want["n1/never-left"] || want["n1/late-left"] {
		t.Errorf("skipped steps were carried out: %v", want)
	}
	for at := 1; at < len(c.Events); at++ {
		b := newCompositeBench(t)
		p := b.plan()
		first, err := b.run(p, nil, at)
		if err == nil || !first.Dead() {
			t.Fatalf("line %d: the controller did not die", at)
		}
		if _, err := b.run(stored(t, b, p), first.Events, 0); err != nil {
			t.Fatalf("line %d: resume: %v", at, err)
		}
		if d := cmp.Diff(want, b.w.state()); d != "" {
			t.Errorf("line %d: another end (-want +got):\n%s", at, d)
		}
		b.once(at)
	}
}

// stored is the plan as another controller reads it, with the runbook made from the plan's own texts.
func stored(t *testing.T, b *bench, p *engine.Plan) *engine.Plan {
	t.Helper()
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	again := &engine.Plan{}
	if err := json.Unmarshal(raw, again); err != nil {
		t.Fatal(err)
	}
	book, diags := schema.Load(again.Texts.Sources(), b.basis.Kinds.Schema(), b.basis.Site)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	b.basis.Runbook = book
	return again
}

// Two tasks of one id would share one record: such a plan is not made. Keys with brackets can write the id of an
// inner step.
func TestTwoTasksOfOneIDAreRefused(t *testing.T) {
	b := newCompositeBench(t)
	b.basis.Inputs = map[string]any{"names": []string{"y", "y].right[z"}}
	inner := strings.Replace(pair, "[p, q]", `["z].right[w", w]`, 1)
	texts := schema.Sources{
		Runbook: schema.Source{Name: "twice.yaml", Data: []byte(twice)},
		Kinds:   []schema.Source{{Name: "kinds/pair.yaml", Data: []byte(inner)}},
	}
	book, diags := schema.Load(texts, b.basis.Kinds.Schema(), b.basis.Site)
	if len(diags) > 0 {
		t.Fatal(diags.Render(texts.All()...))
	}
	b.basis.Runbook = book
	_, err := engine.NewPlan(b.basis)
	want := "two tasks have the id first/pair[y].right[z].right[w]@n1"
	if err == nil || !strings.HasPrefix(err.Error(), want) || engine.NextOf(err) == "" {
		t.Errorf("%v, want %s", err, want)
	}
}
