package engine_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

const strategic = `
runbook: strategic
title: Three nodes, two tasks each
stages:
  - stage: work
    on: vellum
    strategy: {STRATEGY}
    steps:
      - {id: a, put-once: {key: a}}
      - {id: b, put-once: {key: b}}
  - stage: behind
    on: vellum
    steps:
      - {id: c, put-once: {key: c}}
`

// TestStrategy: who begins what, when a node fails while others work. Task a of n1 takes a second, all others two.
func TestStrategy(t *testing.T) {
	tests := []struct {
		name, strategy string
		failing        string // these nodes fail at a
		want           string // the tasks of the stage that begin, in the order of nodes
		behind         bool   // the next stage begins
	}{
		{"nothing fails", "", "", "n1:ab n2:ab n3:ab", true},
		{"running nodes finish their stage", "", "n1", "n1:a n2:ab n3:ab", false},
		{"fail-fast: only their current task", "fail-fast: true", "n1", "n1:a n2:a n3:a", false},
		{"fail-fast within what may fail", "fail-fast: true, max-failures: 1", "n1", "n1:a n2:ab n3:ab", false},
		{"no wave behind a failed one", "waves: [1, all]", "n1", "n1:a", false},
		{"a wave behind a failure that may be", "waves: [1, all], max-failures: 1", "n1", "n1:a n2:ab n3:ab", false},
		{"waves pass", "waves: [1, all]", "", "n1:ab n2:ab n3:ab", true},
		{"in turn, none behind a failed one", "parallel: 1", "n1", "n1:a", false},
		{"in turn, one may fail", "parallel: 1, max-failures: 1", "n1", "n1:a n2:ab n3:ab", false},
		{"in turn, one may fail and two do", "parallel: 1, max-failures: 1", "n1 n2", "n1:a n2:a", false},
		{"two at a time", "parallel: 2", "n1", "n1:a n2:ab", false},
		{"two at a time, fail-fast", "parallel: 2, fail-fast: true", "n1", "n1:a n2:a", false},
		{"who is stopped by fail-fast has not failed", "parallel: 1, max-failures: 1, fail-fast: true", "n1", "n1:a n2:ab n3:ab", false},
		{"an unknown outcome counts as a failure", "waves: [1, all]", "unknown", "n1:a", false},
		{"unknown, and one may fail", "waves: [1, all], max-failures: 1", "unknown", "n1:a n2:ab n3:ab", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, strings.Replace(strategic, "STRATEGY", tt.strategy, 1))
				b.paced(tt.failing)
				c, err := b.run(b.plan(), nil, 0)
				if left := (*engine.Incomplete)(nil); errors.As(err, &left) == (tt.failing == "") {
					t.Fatalf("run: %v", err)
				}
				if d := cmp.Diff(tt.want, began(c.Events, "work")); d != "" {
					t.Errorf("began (-want +got):\n%s", d)
				}
				if got := began(c.Events, "behind") != ""; got != tt.behind {
					t.Errorf("the next stage began: %v", got)
				}
			})
		})
	}
}

func (b *bench) paced(failing string) {
	for _, n := range []string{"n1", "n2", "n3"} {
		b.w.slow[n+"/a"], b.w.slow[n+"/b"] = 2*time.Second, 2*time.Second
		if strings.Contains(failing, n) {
			b.w.failing[n+"/a"] = 1
		}
	}
	b.w.slow["n1/a"] = time.Second
	if failing == "unknown" {
		b.fleet.Node("n1").KillOn = mark
	}
}

// began lists the steps that began in a stage, by node: "n1:ab n2:a".
func began(events []engine.Event, stage string) string {
	var out []string
	for _, n := range []string{"n1", "n2", "n3"} {
		steps := ""
		for _, e := range events {
			if e.Type == engine.EventBegin && e.Stage == stage && e.Node == n {
				steps += strings.TrimSuffix(strings.TrimPrefix(e.Task, stage+"/"), "@"+n)
			}
		}
		if steps != "" {
			out = append(out, n+":"+steps)
		}
	}
	return strings.Join(out, " ")
}
