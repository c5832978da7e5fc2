package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tidemark/engine"
)

// TestEveryAnswerIsJSON: with -o json a verb writes one JSON value to standard output, and it tells what the verb is asked for.
func TestEveryAnswerIsJSON(t *testing.T) {
	h := newHouse(t)
	story, wrong := filepath.Join(h.dir, "story.yaml"), filepath.Join(h.dir, "wrong.yaml")
	h.write("wrong.yaml", "runbook: wrong\ntitel: Wrong\n")
	given := []string{"--input", "dir=" + h.dir + "/none", "--input", "least=1"}
	tests := []struct {
		args []string
		want int
		says string // stands in the answer
	}{
		{[]string{"version"}, 0, `"build"`},
		{append([]string{"run", story}, given...), exitFailed, `"result": "failed"`},
		{[]string{"status"}, 0, `"second/enough@two"`},
		{[]string{"logs"}, 0, `"barrier"`},
		{[]string{"logs", "second/enough@one"}, 0, `"attempt": 1`},
		{[]string{"nodes"}, 0, `"two"`},
		{[]string{"runs"}, 0, `"story"`},
		{[]string{"backups"}, 0, ``},
		{[]string{"attach"}, 0, `"second/enough@one"`},
		{[]string{"resume"}, exitFailed, `"result": "failed"`},
		{[]string{"cancel"}, 0, `"cancelled": []`},
		{[]string{"abandon", "RUN", "--yes"}, 0, `"unlocked": [`},
		{[]string{"unlock", "one"}, 0, `"dropped": null`},
		{append([]string{"plan", story}, given...), 0, `"digest"`},
		{[]string{"list"}, 0, `"backup-vellum"`},
		{[]string{"show", story}, 0, `"text"`},
		{append([]string{"explain", story, "second/enough"}, given...), 0, `"layers"`},
		{[]string{"explain", "TM0104"}, 0, `"code": "TM0104"`},
		{[]string{"steps"}, 0, `"mkdir"`},
		{[]string{"steps", "nodetool"}, 0, `"nodetool"`},
		{[]string{"validate", story}, 0, `[]`},
		{[]string{"validate", wrong}, exitUsage, `"column": 1`},
		{[]string{"lint", story}, exitFailed, `"severity": "warning"`},
		{[]string{"fmt", "--check", story}, exitFailed, `"changed"`},
	}
	for _, tt := range tests {
		if tt.args[0] == "abandon" {
			tt.args[1] = h.onlyRun()
		}
		code := h.do(append(tt.args, "-o", "json")...)
		if code != tt.want || !json.Valid(h.out.Bytes()) || !strings.Contains(h.out.String(), tt.says) {
			t.Errorf("%v: exit %d, want %d with %s; answer:\n%s", tt.args, code, tt.want, tt.says, h.out.String())
		}
		// A plan is also what resume reads: the names of its strategy are part of the format of stored plans.
		name := regexp.MustCompile(`(?m)^ *"[A-Z]\w*": `).FindString(h.out.String())
		if name != "" && tt.args[0] != "plan" {
			t.Errorf("%v: %s is a name of Go", tt.args, name)
		}
	}
}

// Whoever reads a page of a kind is told whether a bare value may stand for its arguments.
func TestShortFormsAreTold(t *testing.T) {
	for kind, says := range map[string]string{"mkdir": "short form: mkdir: VALUE is mkdir: {path: VALUE}", "nodetool": "short form: none"} {
		h := newHouse(t)
		if code := h.do("steps", kind); code != 0 || !strings.Contains(h.out.String(), says) {
			t.Errorf("exit %d, %q is missing in\n%s", code, says, h.out.String())
		}
	}
}

// A site file in place of a runbook is one mistake, not five.
func TestExplainWantsARunbook(t *testing.T) {
	d := newDesk(t)
	wants(t, d.tidemark(exitUsage, "explain", d.path("site.yaml"), "x"), "site.yaml is no runbook: its first key is site")
}

func TestUnlockTellsWhatItDropped(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	h.wants(h.do("unlock", "one", "--yes", "-o", "json"), 0)
	var answer unlockAnswer
	if err := json.Unmarshal(h.out.Bytes(), &answer); err != nil || answer.Dropped == nil || answer.Dropped.Run != openRun {
		t.Errorf("%v: %s", err, h.out.String())
	}
}
