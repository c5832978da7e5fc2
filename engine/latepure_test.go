package engine_test

import (
	"context"
	"fmt"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// say is a step that knows its own rule.
type say struct {
	What string `json:"what" help:"what to say" required:"true"`
	Rule string `json:"redo" help:"the rule" required:"true"`
}

func (s *say) Redo() engine.Redo { return engine.Redo(s.Rule) }

func (s *say) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.Changes, Summary: "say " + s.What}, nil
}

func (s *say) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{}, nil
}

// TestALateProofIsAskedAgain: what a step says of itself counts also where its arguments waited for an output.
func TestALateProofIsAskedAgain(t *testing.T) {
	for _, what := range []string{"now", "${{ steps.first.out.key }}"} {
		for rule, begun := range map[string]int{"pure": 2, "manual": 1, "checked": 1} {
			t.Run(what+" "+rule, func(t *testing.T) {
				b := newBench(t, fmt.Sprintf(`
runbook: late
title: A proof that waits
stages:
  - stage: work
    on: vellum
    steps:
      - {id: first, put: {key: first}}
      - {id: proof, say: {what: %q, redo: %s}}
      - {id: last, put: {key: last}}
`, what, rule))
				b.w.failing["n1/last"] = 1
				p := b.plan()
				c, err := b.run(p, nil, 0)
				if err == nil {
					t.Fatal("the last step did not fail")
				}
				told := engine.Resolved(p, b.basis, engine.Fold(c.Events)).Stages[0].Of("n1")[1]
				if again := b.basis.Kinds.AsksAgain(told); again != (begun == 2) {
					t.Errorf("told is that it is asked again: %t", again)
				}
				if c, err = b.run(p, c.Events, 0); err != nil {
					t.Fatal(err)
				}
				if n := begins(c, "work/proof@n1"); n != begun {
					t.Errorf("it was begun %d times, want %d", n, begun)
				}
			})
		}
	}
}

func begins(c *enginetest.Controller, task string) int {
	n := 0
	for _, e := range c.Events {
		if e.Type == engine.EventBegin && e.Task == task {
			n++
		}
	}
	return n
}

// TestALatePromiseIsLookedAtAgain: the promise is that of the arguments that the task had, so it holds, or is broken, as
// any other.
func TestALatePromiseIsLookedAtAgain(t *testing.T) {
	for holds, times := range map[bool]int{true: 1, false: 2} {
		b := newBench(t, `
runbook: late
title: A lamp whose name is an output
stages:
  - stage: work
    on: vellum
    steps:
      - {id: first, put: {key: lamp}}
      - {id: light, turn: {what: "${{ steps.first.out.key }}-1", to: "on"}}
`)
		p := b.plan()
		c, err := b.run(p, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		b.w.is["n1/lamp-1"] = holds
		if c, err = b.run(p, c.Events[:len(c.Events)-1], 0); err != nil { // killed just before it closed
			t.Fatal(err)
		}
		if n := begins(c, "work/light@n1"); n != times || !b.w.has("n1/lamp-1") {
			t.Errorf("the promise holds: %t; it was begun %d times", holds, n)
		}
	}
}
