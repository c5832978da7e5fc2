package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// ask answers otherwise each time: k1, k2, …
type ask struct{ w *world }

func (*ask) Plan(context.Context, *engine.View) (engine.Change, error) {
	return engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: "ask", Unknown: []string{"the answer"}}, nil
}

func (s *ask) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	err := s.w.do(h.Node + "/ask")
	return engine.Output{Value: putOut{fmt.Sprint("k", s.w.applied[h.Node+"/ask"])}}, err
}

const asks = `
runbook: asks
title: Work that rests on an answer
stages:
  - stage: work
    on: sprout
    steps:
      - {id: asked, ask: {}}
      - {id: first, %s}
      - {id: second, put: {key: second}}
`

// resumed goes on with a run, whatever still lives of it.
func (b *bench) resumed(p *engine.Plan, events []engine.Event) (*enginetest.Controller, error) {
	c := &enginetest.Controller{Events: slices.Clone(events)}
	return c, b.executor(p, c, c.Events).Run(b.t.Context())
}

// TestAnAttemptWithOtherArgumentsIsAskedFor: the answer is another one on resume. What began with the first one ends as it
// ends, and the run goes on behind it.
func TestAnAttemptWithOtherArgumentsIsAskedFor(t *testing.T) {
	for _, kind := range []string{"put", "put-again", "put-once"} {
		for _, lives := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, lives %t", kind, lives), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBench(t, fmt.Sprintf(asks, kind+`: {key: "${{ steps.asked.out.key }}"}`))
					b.w.slow["s1/k1"] = time.Hour
					p := b.plan()
					c := b.leave(p, "work/first@s1", time.Minute)
					if !lives {
						b.fleet.Node("s1").Idle()
					}
					c, err := b.resumed(p, c.Events)
					if err != nil || b.w.applied["s1/k1"] != 1 || b.w.has("s1/k2") || !b.w.has("s1/second") {
						t.Errorf("%v, applied %v", err, b.w.applied)
					}
					if r := engine.Fold(c.Events).Tasks["work/first@s1"]; string(r.Out) != `{"key":"k1"}` || r.Digest == "" {
						t.Errorf("%+v", r)
					}
				})
			})
		}
	}
}

// TestWhatBeganIsNotSkipped: on resume the condition holds no more. Nothing begins beside what lives, and how it ended is known,
// or asked for, before the run goes on.
func TestWhatBeganIsNotSkipped(t *testing.T) {
	for _, c := range []struct {
		step, how string // how the task ends: "works" on, is "killed", or was "never" asked for
		want      engine.Outcome
	}{
		{"put: {key: first}", "works", engine.Done},
		{"put-once: {key: first}", "works", engine.Done},
		{"put-once: {key: first}", "killed", engine.Unknown},
		{"put-again: {key: first}", "killed", engine.Unknown}, // half of it may be done, and nothing will do it again
		{"put-once: {key: first}", "never", engine.Skipped},
	} {
		t.Run(c.step+" "+c.how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, fmt.Sprintf(asks, `when: 'steps.asked.out.key == "k1"', `+c.step))
				b.w.slow["s1/first"] = time.Hour
				after := time.Minute
				switch c.how {
				case "killed":
					b.fleet.Node("s1").KillOn = mark
				case "never":
					after = 0
				}
				p := b.plan()
				died := b.leave(p, "work/first@s1", after)
				now, err := b.resumed(p, died.Events)
				r := engine.Fold(now.Events).Tasks["work/first@s1"]
				if r.Outcome != c.want || r.Attempt != 1 || r.Manual != (c.want == engine.Unknown) {
					t.Errorf("%v: %+v", err, r)
				}
				if open := errors.As(err, new(*engine.Incomplete)); open != (c.want == engine.Unknown) || b.w.has("s1/second") == open {
					t.Errorf("%v, applied %v", err, b.w.applied)
				}
			})
		})
	}
}
