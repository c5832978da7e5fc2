package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tidemark/schema"
)

// Whatever runbook a site changes, by whatever overlays, the text that show prints loads to what the overlays made: all
// that the loaded runbook holds is compared.
func TestEffectiveOfAnyRunbook(t *testing.T) {
	site, merged, seen := labSite(t), 0, map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		w := &author{T: t, kinds: map[string]string{}}
		src := w.sources()
		book, ds := schema.Load(src, testKinds(), site)
		if book == nil {
			if len(src.Overlays) == 0 {
				t.Fatalf("the test wrote no runbook:\n%s", ds.Render(src.All()...))
			}
			return // changes that exclude each other, or take away what others read
		}
		if len(book.Layers()) > 0 {
			merged++
		}
		for _, word := range authorsWords() {
			seen[word] = seen[word] || strings.Contains(everything(book), word)
		}
		alone, text := effectiveOf(t, src, site)
		if diff := cmp.Diff(value(t, src, site), value(t, alone, site)); diff != "" {
			t.Fatalf("%s\n%s\n%s", diff, ds.Render(src.All()...), text)
		}
	})
	if merged < 20 {
		t.Errorf("%d runbooks were changed by overlays: the changes are no test", merged)
	}
	for _, word := range authorsWords() {
		if !seen[word] {
			t.Errorf("no runbook had %s", word)
		}
	}
}

// authorsWords are lines of a loaded runbook that show each key of the language in use.
func authorsWords() []string {
	return []string{
		`.User: "ops"`, `.Retry.Attempts: 3`, `.when.text: "node.name`, `.key: 8`, `.each.list: 2`, `.Skip: "not`, `.On[0]: "vellum-1"`, `.Finally[0]`,
		`.Strategy.FailFast: true`, `.Strategy.Waves[0]`, `.Pick: "one"`, `.OnFailure: "close"`, `.Deadline: 36000000000000`, `.Locks[0]`, `.inner[1]`,
		`.afterwards[0]`, `.Timeout: 300000000000`, `.Inputs[0]`, `.Vars: `,
	}
}

// author writes runbooks and what changes them.
type author struct {
	*rapid.T
	steps, stages []string          // what a change can name
	kinds         map[string]string // of the steps, by what names them
	n             int               // makes names differ
}

func (w *author) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.T, "one") }

func (w *author) sometimes(text string) string {
	if rapid.Bool().Draw(w.T, "sometimes") {
		return text
	}
	return ""
}

func (w *author) name(lead string) string {
	w.n++
	return fmt.Sprintf("%s%d", lead, w.n)
}

// text is any text of one scalar, quoted.
func (w *author) text() string {
	return fmt.Sprintf("%q", "."+strings.ReplaceAll(rapid.StringMatching(`[ -~äß€\n#:]{0,30}`).Draw(w.T, "text"), "{{", "{"))
}

func (w *author) sources() schema.Sources {
	book := "runbook: base\ntitle: " + w.text() + "\nlocks: [sprout]\n" + w.sometimes("on-failure: close\n") + w.sometimes("deadline: 10h\n") +
		"inputs:\n  names: {type: list, default: [a, b], help: " + w.text() + "}\nvars: {pace: 2s, note: " + w.text() + "}\nstages:\n"
	for range rapid.IntRange(1, 3).Draw(w.T, "stages") {
		book += "  - " + w.stage("    ") + "\n"
	}
	book += w.sometimes("finally:\n  - "+w.step("finally", true)+"\n") + w.sometimes("afterwards: [\"look at ${{ run.id }}\"]\n")
	src := schema.Sources{Runbook: schema.Source{Name: "base.yaml", Data: []byte(book)}, Kinds: []schema.Source{{Name: "kinds/twice.yaml", Data: []byte(
		"kind: twice\ndoc: Does it twice.\ninputs: {path: {type: string, default: /y}}\nsteps:\n  - {id: one, mkdir: {path: \"${{ inputs.path }}\"}}\n  - {id: two, pause: 1s}\n",
	)}}}
	for i := range rapid.IntRange(0, 2).Draw(w.T, "overlays") {
		text := fmt.Sprintf("overlay: o%d\nof: base\nchanges:\n", i)
		for range rapid.IntRange(1, 4).Draw(w.T, "changes") {
			text += "  - " + w.change() + "\n"
		}
		src.Overlays = append(src.Overlays, schema.Source{Name: fmt.Sprintf("overlays/%d.yaml", i), Data: []byte(text)})
	}
	return src
}

func (w *author) stage(indent string) string {
	id, on := w.name("stage"), w.one("vellum", "[vellum, sprout]", "{group: vellum, pick: one}")
	w.stages = append(w.stages, id)
	out := "stage: " + id + "\n" + indent + "on: " + on + "\n" +
		w.sometimes(indent+w.one("strategy: {parallel: 2, fail-fast: true}", "strategy: {waves: [1, 10%, all], max-failures: 1}")+"\n") + indent + "steps:\n"
	for range rapid.IntRange(1, 3).Draw(w.T, "steps") {
		out += indent + "- " + w.step(id, !strings.Contains(on, "pick")) + "\n"
	}
	return strings.TrimRight(out, "\n")
}

// step is one in braces, with the keys that go with its kind; narrow allows nodes of its own.
func (w *author) step(stage string, narrow bool) string {
	id := w.name("step")
	kind := w.one("run: {argv: [echo, "+w.text()+", \"${{ vars.pace }}\"], env: {A: b}}", "monit: {action: stop, service: x}", "nodetool: drain", `mkdir: {path: /x, mode: "0700"}`, "twice: {path: /z}", "pause: 1s")
	name, _, _ := strings.Cut(kind, ":")
	w.kinds[stage+"/"+id] = name
	w.steps = append(w.steps, stage+"/"+id)
	out := "{id: " + id + ", " + kind + w.sometimes(`, when: 'node.name != "x"'`) + w.sometimes(w.one(", for-each: [a, b]", `, for-each: inputs.names, key: "${{ item }}-k"`)) +
		w.sometimes(`, skip: "not `+w.text()[1:])
	if narrow {
		out += w.sometimes(", on: vellum-1")
	}
	if name == "nodetool" || name == "mkdir" {
		out += w.sometimes(`, retry: {attempts: 3, backoff: 2s, if: 'failure == "io"'}`)
	}
	if name != "twice" {
		out += w.sometimes(", user: ops") + w.sometimes(", timeout: 5m")
	}
	return out + "}"
}

func (w *author) change() string {
	step, stage := rapid.SampledFrom(w.steps).Draw(w.T, "step"), rapid.SampledFrom(w.stages).Draw(w.T, "stage")
	kind := w.kinds[step]
	return w.one(
		"{set: "+step+".timeout, to: 90s}", "{set: "+step+".user, to: root}", "{set: "+step+".when, to: site.memento}", "{set: "+step+".on, to: [vellum-2]}",
		"{set: "+step+".for-each, to: [c, d], because: "+w.text()+"}", "{set: "+step+".retry, to: {attempts: 2, backoff: 1s}}",
		"{set: title, to: "+w.text()+"}", "{set: vars.note, to: "+w.text()+"}", "{set: inputs.names.default, to: [c]}", "{set: deadline, to: 20h}",
		"{set: "+stage+".strategy, to: {parallel: 1}}", "{skip: "+step+", was: "+kind+", because: "+w.text()+"}", "{remove: "+step+", was: "+kind+", because: x}",
		"{replace: "+step+", was: "+kind+", by: {id: "+w.name("new")+", run: {argv: [a, "+w.text()+"]}, user: ops}}",
		"{insert-"+w.one("before", "after")+": "+step+", steps: [{id: "+w.name("new")+", twice: {}}]}",
		"{insert-"+w.one("before", "after")+": "+stage+", stages: [{stage: "+w.name("new")+", on: vellum, steps: [{id: "+w.name("new")+", pause: 3s}]}]}",
	)
}
