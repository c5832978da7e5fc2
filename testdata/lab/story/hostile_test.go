package story

import (
	"strings"
	"testing"

	"tidemark/testdata/hostile"
)

// hostileBook hands texts to a program that writes down each of its arguments, with a NUL behind it.
const hostileBook = `runbook: hostile
title: Hands texts to a program
on-failure: close
inputs:
  values: {type: list, required: true}
vars:
  keep: "for a; do printf '%s\\0' \"$a\"; done >>/root/hostile"
stages:
  - stage: hand
    on: vellum
    steps:
      - {id: list, run: {argv: "${{ concat(['/bin/sh', '-c', vars.keep, 'sh'], inputs.values) }}", redo: manual}}
      - id: one
        for-each: ["7", "11", "20", "33", "49"]
        run: {argv: [/bin/sh, -c, "${{ vars.keep }}", sh, "${{ inputs.values[int(item)] }}", "<${{ inputs.values[int(item)] }}>"], redo: manual}
`

// TestHostileTextsOverSSH: what a shell or a terminal would act on reaches the arguments of a program byte for byte,
// through ssh to root, through sudo, and on a node with a network namespace.
func TestHostileTextsOverSSH(t *testing.T) {
	op := operator(t)
	takenAway(t, "/root/hostile", vellums...)
	values := hostile.Texts(50)
	want := append([]string{}, values...)
	for _, i := range []int{7, 11, 20, 33, 49} {
		want = append(want, values[i], "<"+values[i]+">")
	}
	op.must("run", written(t, "hostile.yaml", hostileBook), "--input", "values="+hostile.List(values), "--yes")
	for _, host := range vellums {
		raw := on(t, host, "cat /root/hostile; ! ls / /root /tmp | grep -qx pwned")
		got := strings.Split(strings.TrimSuffix(raw, "\x00"), "\x00")
		if len(got) != len(want) {
			t.Fatalf("%s: %d arguments arrived, %d were given", host, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: argument %d arrived as %q, was %q", host, i, got[i], want[i])
			}
		}
	}
}
