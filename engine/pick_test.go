package engine_test

import (
	"fmt"
	"testing"
)

// TestPicksOfAGroupAreOneNode: stages that pick one node of the same group have the same node, with --limit as well, so
// the later ones read what the earlier ones put out. Resumed behind the first of them, the run keeps to it.
func TestPicksOfAGroupAreOneNode(t *testing.T) {
	for limit, node := range map[string]string{"": "n1", "n2": "n2"} {
		b := newBench(t, `
runbook: picks
title: One node begins, the same one ends
stages:
  - stage: begin
    on: {group: vellum, pick: one}
    steps:
      - {id: first, put: {key: first}}
  - stage: end
    on: {group: vellum, pick: one}
    steps:
      - {id: last, put: {key: "${{ steps.first.out.key }}-last"}}
`)
		if limit != "" {
			b.basis.Limit = []string{limit}
		}
		p := b.plan()
		b.w.failing[node+"/first-last"] = 1
		c, err := b.run(p, nil, 0)
		if err == nil {
			t.Fatal("the last step did not fail")
		}
		if _, err := b.run(p, c.Events, 0); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{node + "/first": 1, node + "/first-last": 2}
		if fmt.Sprint(b.w.applied) != fmt.Sprint(want) {
			t.Errorf("limit %q: applied %v, want %v", limit, b.w.applied, want)
		}
	}
}
