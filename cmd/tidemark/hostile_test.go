package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/testdata/hostile"
)

// A thousand texts go the whole way: from the command line through the language, the plan, the wire and the agent to
// the arguments of a program, byte for byte; as elements of a list, and each alone and inside other text.
func TestHostileTextsReachTheProgram(t *testing.T) {
	h := newHouse(t)
	values := append([]string{strings.Repeat("x$(id)", 100_000/6), strings.Repeat("é\n", 1000)}, hostile.Texts(998)...)
	var alone, inside strings.Builder
	want := map[string][]string{"list": values}
	for i := range 60 {
		fmt.Fprintf(&alone, `, "${{ inputs.values[%d] }}"`, i)
		fmt.Fprintf(&inside, `, "-${{ inputs.values[%d] }}$(x)' ${{ inputs.values[%d] }}"`, i, i+1)
		want["alone"] = append(want["alone"], values[i])
		want["inside"] = append(want["inside"], "-"+values[i]+"$(x)' "+values[i+1])
	}
	h.write("program", "#!/bin/sh\nout=$1\nshift\nfor a; do printf '%s\\0' \"$a\"; done >\"$out\"\n")
	step := func(id, argv string) string {
		return strings.ReplaceAll(fmt.Sprintf("      - {id: %s, run: {argv: %s, redo: idempotent}}\n", id, argv), "DIR", h.dir)
	}
	h.write("story.yaml", "runbook: story\ntitle: Hands texts on\non-failure: close\ninputs:\n  values: {type: list, required: true}\nstages:\n  - stage: hand\n    on: one\n    steps:\n"+
		step("list", `"${{ concat(['/bin/sh', 'DIR/program', 'DIR/list'], inputs.values) }}"`)+
		step("alone", "[/bin/sh, DIR/program, DIR/alone"+alone.String()+"]")+
		step("inside", "[/bin/sh, DIR/program, DIR/inside"+inside.String()+"]"))
	h.wants(h.do("run", filepath.Join(h.dir, "story.yaml"), "--yes", "--input", "values="+hostile.List(values)), exitDone)
	for name, texts := range want {
		raw, err := os.ReadFile(filepath.Join(h.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00")
		if len(got) != len(texts) {
			t.Fatalf("%s: %d arguments arrived, %d were given", name, len(got), len(texts))
		}
		for i := range texts {
			if got[i] != texts[i] {
				t.Errorf("%s: argument %d arrived as %.80q, was %.80q", name, i, got[i], texts[i])
			}
		}
	}
	if _, err := os.Stat(filepath.Join(h.dir, "pwned")); err == nil {
		t.Error("something was carried out")
	}
}

// What cannot be carried byte for byte is refused, never replaced.
func TestTextsThatCannotBeCarried(t *testing.T) {
	h := newHouse(t)
	for _, text := range []string{"a\xff", "\xed\xa0\x80", "a\x00b"} {
		h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+text), exitUsage, "TM0503")
	}
}
