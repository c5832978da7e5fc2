package editor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/schema"
	"tidemark/steps"
)

// modeline is the first line of each shipped runbook.
const modeline = "# yaml-language-server: $schema=../schema/runbook.schema.json\n"

// around is a runbook with one step, of the lines given.
func around(step string) string {
	return modeline + "runbook: sample\nstages:\n  - stage: one\n    on: vellum\n    steps:\n      - id: first\n        " +
		strings.ReplaceAll(step, "\n", "\n        ") + "\n"
}

func TestShippedRunbooksHaveNoMistake(t *testing.T) {
	s := start(t)
	paths, err := filepath.Glob("../../runbooks/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc, mistakes := s.open("runbooks/"+filepath.Base(path), string(text))
		if len(mistakes) > 0 {
			t.Errorf("%s: %v", path, mistakes)
		}
		// Without the schema there would be no mistake, either.
		if help := doc.hover(place{Line: 1}); !strings.Contains(help, "name of the runbook") {
			t.Errorf("%s: the schema is not found; hovering shows %q", path, help)
		}
	}
}

func TestCompletionOffersKindsAndKeys(t *testing.T) {
	kinds, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	text, at := cut(around("«"))
	doc, _ := start(t).open("runbooks/sample.yaml", text)
	offered := doc.complete(at.Start)
	for _, name := range kinds.Names() {
		if _, ok := offered[name]; !ok {
			t.Errorf("the kind %s is not offered", name)
		}
	}
	for _, k := range schema.StepKeys() {
		if _, ok := offered[k.Name]; !ok && k.Name != "id" {
			t.Errorf("the key %s is not offered", k.Name)
		}
	}
	if _, again := offered["id"]; again {
		t.Error("the key id is offered though it is there")
	}
	if got, want := offered["wait-monit"], "wait-monit:\n  service: $1\n  state: $2"; got != want {
		t.Errorf("wait-monit inserts %q, want %q", got, want)
	}
}

// Each mistake is underlined where it stands, with a sentence that says what is due.
func TestMistakesAreUnderlined(t *testing.T) {
	s := start(t)
	for name, tc := range map[string]struct{ step, want string }{
		"kind":        {"«monitt»: {action: stop}", "Property monitt is not allowed."},
		"argument":    {"monit: {action: stop, «servise»: x}", "Property servise is not allowed."},
		"word":        {"monit: {action: «stopp»}", `Value is not accepted. Valid values: "stop", "start", "restart", "monitor", "unmonitor".`},
		"step key":    {"pause: 3s\n«timeot»: 5m", "Property timeot is not allowed."},
		"unit":        {"pause: 3s\ntimeout: «5x»", "a number with its unit: 30s, 5m, 1h30m"},
		"type":        {"run: {argv: [«3»]}", `Incorrect type. Expected "string".`},
		"missing":     {"«monit»: {}", `Missing property "action".`},
		"second kind": {"monit: {action: stop}\n«pause»: 3s", "a second kind: make a step of its own"},
		"place":       {"«confirm»: Go on?", "this kind runs on the controller: give it a stage of its own with on: controller"},
		"condition":   {"pause: 3s\nwhen: «${{ true }}»", "a bare expression that is true or false, without ${{ }}"},
		"bound":       {"pause: 3s\nretry: {attempts: «0»}", "Value is below the minimum of 1."},
		"same key":    {"pause: 3s\nfor-each: inputs.x\nkey: «a»", "text with the item in it: ${{ item.… }}"},
	} {
		t.Run(name, func(t *testing.T) {
			text, want := cut(around(tc.step))
			_, mistakes := s.open("runbooks/"+strings.ReplaceAll(name, " ", "-")+".yaml", text)
			for _, d := range mistakes {
				if d.Range == want && d.Message == tc.want {
					return
				}
			}
			t.Errorf("want %v, have %v", diagnostic{want, tc.want}, mistakes)
		})
	}
}

func TestHoverShowsTheDocumentation(t *testing.T) {
	s := start(t)
	for name, tc := range map[string]struct{ step, want string }{
		"kind":     {"m«onit: {action: stop}", "Asks monit to stop, start, restart, monitor or unmonitor a service"},
		"example":  {"m«onit: {action: stop}", "```yaml\nid: stop\nmonit: {action: stop, group: cassandra}\n```"},
		"argument": {"monit: {action: stop, ser«vice: x}", "one service, as monit summary names it\n\n*string*"},
		"default":  {"run: {argv: [ls], out«put: 1MiB}", "*size*, default `64KiB`"},
		"step key": {"pause: 3s\ntime«out: 5m", "limit of each attempt"},
	} {
		t.Run(name, func(t *testing.T) {
			text, at := cut(around(tc.step))
			doc, _ := s.open("runbooks/"+strings.ReplaceAll(name, " ", "-")+".yaml", text)
			if got := doc.hover(at.Start); !strings.Contains(got, tc.want) {
				t.Errorf("shows %q", got)
			}
		})
	}
}
