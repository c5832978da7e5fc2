package schema_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tidemark/schema"
)

// value is all of a runbook that can be seen from outside, without places.
func value(t require, src schema.Sources, site *schema.Site) string {
	t.Helper()
	book, ds := schema.Load(src, testKinds(), site)
	if ds.HasErrors() {
		t.Fatalf("%s\n%s", ds.Render(src.All()...), src.Runbook.Data)
	}
	var b strings.Builder
	fmt.Fprintln(&b, book.Name, book.Title, book.Vars, book.Locks, book.OnFailure, book.Deadline)
	for _, in := range book.Inputs {
		fmt.Fprintln(&b, in.Name, in.Type, in.Of, in.Help, in.Required, in.Enum)
	}
	inputs, ds := book.BindInputs(nil, site)
	fmt.Fprintln(&b, inputs, ds)
	for _, s := range book.Stages {
		fmt.Fprintln(&b, s.ID, s.On, s.Pick, s.Strategy, len(s.Steps))
	}
	for _, s := range book.Steps() {
		env := schema.Env{Inputs: inputs, Vars: book.VarsFor(nil, site), Site: site.Env(), Item: "x"}
		args, ds := s.Resolve(env)
		items, _ := s.Items(env)
		fmt.Fprintf(&b, "%s %s %s %q %v %v %+v %v %v\n", s.ID, s.Kind, s.Timeout, s.Skip, s.Waits(), s.On, args, len(ds), items)
	}
	return b.String()
}

// require is what of testing.T is needed, so that rapid's fits as well.
type require interface {
	Helper()
	Fatalf(format string, args ...any)
}

// effectiveOf is the same runbook as one text, without its overlays.
func effectiveOf(t require, src schema.Sources, site *schema.Site) (schema.Sources, string) {
	t.Helper()
	book, ds := schema.Load(src, testKinds(), site)
	if ds.HasErrors() {
		t.Fatalf("%s", ds.Render(src.All()...))
	}
	text, err := book.Effective()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return schema.Sources{Runbook: schema.Source{Name: "effective.yaml", Data: []byte(text)}, Includes: src.Includes, Kinds: src.Kinds}, text
}

func TestEffectiveLoadsToTheSame(t *testing.T) {
	site := labSite(t)
	for _, path := range glob(t, "ok/*.txtar", 4) {
		src := unpack(t, read(t, path))
		merged, text := effectiveOf(t, src, site)
		if diff := cmp.Diff(value(t, src, site), value(t, merged, site)); diff != "" {
			t.Errorf("%s\n%s\n%s", path, diff, text)
		}
	}
}

func TestEffectiveSaysWhereFrom(t *testing.T) {
	src := unpack(t, read(t, filepath.Join(corpus, "ok", "overlay-verbs.txtar")))
	_, text := effectiveOf(t, src, labSite(t))
	golden(t, filepath.Join(corpus, "ok", "overlay-verbs.effective"), text)
}

// Whatever changes a site makes, in whatever order, the text that show prints
// loads to what the overlays made.
func TestEffectiveOfAnyOverlay(t *testing.T) {
	site := labSite(t)
	base := unpack(t, read(t, filepath.Join(corpus, "ok", "overlay-verbs.txtar"))).Runbook
	changes := []string{
		"{set: stop/drain.timeout, to: %s}", "{set: title, to: %s}", "{set: inputs.names.default, to: [%s, b]}",
		"{set: vars.pace, to: %s}", "{set: stop/drain.user, to: root}", "{set: stop.strategy, to: {parallel: 1}}",
		"{skip: stop/unarm, was: monit, because: %s}", "{set: stop/count.run.argv, to: [echo, %s]}",
		"{insert-after: stop/drain, steps: [{id: more, run: {argv: [a, %s]}}]}", "{remove: stop/drain, was: nodetool, because: %s}",
		"{insert-before: gate, stages: [{stage: first, on: vellum, steps: [{id: one, run: {argv: [%s]}}]}]}",
		"{replace: finally/rearm, was: monit, by: {id: rearm, run: {argv: [%s]}}}",
	}
	loaded := 0
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("overlay: any\nof: base\nchanges:\n")
		for _, c := range rapid.Permutation(changes).Draw(t, "changes")[:rapid.IntRange(0, len(changes)).Draw(t, "count")] {
			text := rapid.StringMatching(`[ -~äß€\n#:]{1,30}`).Draw(t, "text")
			if strings.Contains(c, "timeout") || strings.Contains(c, "pace") {
				text = "90s"
			}
			if strings.Contains(c, "%s") {
				c = fmt.Sprintf(c, fmt.Sprintf("%q", strings.ReplaceAll("."+text, "${{", "{{")))
			}
			b.WriteString("  - " + strings.ReplaceAll(c, `".90s"`, "90s") + "\n")
		}
		src := schema.Sources{Runbook: base, Overlays: []schema.Source{{Name: "any.yaml", Data: []byte(b.String())}}}
		book, ds := schema.Load(src, testKinds(), site)
		if ds.HasErrors() || book == nil {
			return // changes that exclude each other
		}
		loaded++
		merged, text := effectiveOf(t, src, site)
		if diff := cmp.Diff(value(t, src, site), value(t, merged, site)); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
	})
	if loaded < 20 {
		t.Errorf("%d overlays could be applied: the changes are no test", loaded)
	}
}
