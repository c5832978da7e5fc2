package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
)

// proposed gives what the program proposes for the last of words, without the meanings.
func proposed(t *testing.T, words ...string) []string {
	t.Helper()
	var out, talk bytes.Buffer
	if code := run(t.Context(), append([]string{"__complete"}, words...), strings.NewReader(""), &out, &talk); code != 0 {
		t.Fatalf("%v: exit %d: %s", words, code, talk.String())
	}
	var list []string
	for line := range strings.Lines(out.String()) {
		if word, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); !strings.HasPrefix(word, ":") {
			list = append(list, word)
		}
	}
	return list
}

// TestOnlyOpenRunsAreProposedToBeEnded: the others are looked at.
func TestOnlyOpenRunsAreProposedToBeEnded(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run(), 0)
	run := h.onlyRun()
	proposes := func(verb string, want ...string) {
		t.Helper()
		if got := proposed(t, "--state", h.state, verb, ""); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", verb, got, want)
		}
	}
	proposes("status", run)
	proposes("cancel")
	h.cut(run, engine.EventVerified)
	proposes("cancel", run)
	proposes("resume", run)
	proposes("abandon", run)
}

func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "site.yaml")
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("site.yaml", hill)
	write("runbooks/flush.yaml", "runbook: flush\ntitle: Flush\nstages: []\n")
	book := filepath.Join(dir, "mine.yaml")
	write("mine.yaml", "runbook: mine\ninputs:\n  depth: {type: enum, values: [quick, full], default: full}\n  dry: {type: bool, default: true}\n"+
		"stages:\n  - stage: s\n    on: vellum\n    steps:\n      - {id: wait, when: inputs.dry, pause: 1s}\n      - {id: calm, calm: {}}\n")
	write("kinds/calm.yaml", "kind: calm\ndoc: Waits.\nsteps:\n  - {id: first, pause: 1s}\n  - {id: second, pause: 1s}\n")
	state := filepath.Join(dir, "state")
	write("state/runs/20261122T010203Z-k7/plan.json", "{}")
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"run", "restore"}, []string{"restore-vellum"}},
		{[]string{"--site", site, "run", "f"}, []string{"flush"}},
		{[]string{"--site", site, "run", book, "--input", ""}, []string{"depth=", "dry="}},
		{[]string{"--site", site, "run", book, "--input", "dry=true", "--input", ""}, []string{"depth="}},
		{[]string{"run", "restore-vellum", "--input", "bac"}, []string{"backup="}},
		{[]string{"--site", site, "run", book, "--input", "depth="}, []string{"depth=quick", "depth=full"}},
		{[]string{"--site", site, "run", book, "--input", "dry=t"}, []string{"dry=true"}},
		{[]string{"--site", site, "run", "x", "--limit", "vellum-"}, []string{"vellum-1", "vellum-2"}},
		{[]string{"--site", site, "run", "x", "--limit", "vellum-1,vellum"}, []string{"vellum-1,vellum-2", "vellum-1,vellum"}},
		{[]string{"--site", site, "unlock", "s"}, []string{"sprout-1"}},
		{[]string{"steps", "wait-"}, []string{"wait-cassandra", "wait-monit"}},
		{[]string{"explain", "TM0104"}, []string{"TM0104"}},
		{[]string{"explain", "repair"}, []string{"repair-vellum"}},
		{[]string{"explain", "restore-vellum", "stop"}, []string{"stop", "stop/drain", "stop/stop", "stop/stopped"}},
		{[]string{"explain", "restore-vellum", "inputs.bac"}, []string{"inputs.backup"}},
		{[]string{"explain", "restore-vellum", "stop", ""}, nil},
		{[]string{"new", "overlay", "mine", "--of", "repair"}, []string{"repair-vellum"}},
		{[]string{"schema", "ru"}, []string{"runbook"}},
		{[]string{"--site", site, "explain", book, ""}, []string{"s", "s/wait", "s/calm", "s/calm/first", "s/calm/second", "inputs.depth", "inputs.dry"}},
		{[]string{"--site", site, "explain", book, "s/calm/s"}, []string{"s/calm/second"}},
		{[]string{"-o", ""}, []string{"text", "json"}},
		{[]string{"validate", "-o", "s"}, []string{"sarif"}},
		{[]string{"--state", state, "status", "2026"}, []string{"20261122T010203Z-k7"}},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish"}},
		{[]string{"--site", "/gone", "run", "x", "--limit", ""}, nil},
	} {
		if got := proposed(t, c.words...); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.words, got, c.want)
		}
	}
}

// An input is proposed with its type and its help.
func TestCompletionSaysWhatItMeans(t *testing.T) {
	var out bytes.Buffer
	run(t.Context(), []string{"__complete", "run", "restore-vellum", "--input", "bac"}, strings.NewReader(""), &out, &out)
	if !strings.Contains(out.String(), "backup=\tstring, required: backup id from") {
		t.Error(out.String())
	}
	// 4 says no files, 2 no blank behind the sign: the value follows
	if !strings.Contains(out.String(), "\n:6\n") {
		t.Errorf("no directive 6: %s", out.String())
	}
}
