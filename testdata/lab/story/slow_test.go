package story

import (
	"fmt"
	"strings"
	"testing"
)

// slow writes a runbook of two steps, the first of which takes seconds; each leaves a line in a log on its node.
func slow(t *testing.T, seconds int) string {
	t.Helper()
	for _, host := range vellums {
		on(t, host, "rm -rf /root/slow.log /root/slow.done")
	}
	text := fmt.Sprintf(`runbook: slow
title: Work that takes a while
stages:
  - stage: work
    on: vellum
    steps:
      - id: first
        run: {argv: [/bin/sh, -c, "echo first >>/root/slow.log; sleep %d; mkdir /root/slow.done"], creates: /root/slow.done}
        timeout: 5m
      - {id: second, run: {argv: [/bin/sh, -c, "echo second >>/root/slow.log"], redo: manual}}
`, seconds)
	return written(t, "slow.yaml", text)
}

// started runs the slow runbook until its first task lives on all nodes.
func started(op person, runbook string) *process {
	op.t.Helper()
	p := op.startTo("work/first", "run", runbook, "--yes=lab")
	p.until("first lives everywhere", func() bool {
		for _, host := range vellums {
			if !strings.Contains(on(op.t, host, "cat /root/slow.log 2>/dev/null || true"), "first") {
				return false
			}
		}
		return true
	})
	return p
}

// did looks that every node did these steps in this order, and nothing else.
func did(t *testing.T, steps ...string) {
	t.Helper()
	want := strings.Join(steps, "\n")
	for _, host := range vellums {
		if got := strings.TrimSpace(on(t, host, "cat /root/slow.log 2>/dev/null || true")); got != want {
			t.Errorf("%s did %q, want %q", host, got, want)
		}
	}
}

// sleeping counts the nodes on which the slow command still runs.
func sleeping(t *testing.T, seconds int) int {
	t.Helper()
	n := 0
	for _, host := range vellums {
		if on(t, host, fmt.Sprintf("pgrep -xf 'sleep %d' || true", seconds)) != "" {
			n++
		}
	}
	return n
}
