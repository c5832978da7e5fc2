package schema_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/schema"
)

// book loads a runbook of the corpus with the site of the lab.
func book(t *testing.T, name string) (*schema.Runbook, *schema.Site) {
	t.Helper()
	src, site := read(t, corpus+"/ok/"+name), labSite(t)
	b, ds := schema.Load(schema.Sources{Runbook: src}, testKinds(), site)
	if ds.HasErrors() {
		t.Fatal(ds.Render(src))
	}
	return b, site
}

func step(t *testing.T, b *schema.Runbook, id string) *schema.Step {
	t.Helper()
	for _, s := range b.Steps() {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no step %s", id)
	return nil
}

// fromJSON is how outputs come back from the journal.
func fromJSON(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func must[T any](t *testing.T, v T, ds schema.Diagnostics) T {
	t.Helper()
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	return v
}

func env(t *testing.T, b *schema.Runbook, site *schema.Site, node string, given map[string]string) schema.Env {
	t.Helper()
	inputs, ds := b.BindInputs(given, site)
	n := site.Node(node)
	return schema.Env{
		Inputs: must(t, inputs, ds), Vars: b.VarsFor(n, site), Node: n.Env(), Site: site.Env(), RunID: "20261122T010203Z-k7",
	}
}

func TestResolveEveryType(t *testing.T) {
	b, site := book(t, "types.yaml")
	e := env(t, b, site, "vellum-1", map[string]string{"count": "7", "exits": "0, 3", "room": "512MiB", "on": "false"})
	args, ds := step(t, b, "everything").Resolve(e)
	want := &run{
		Argv: []string{"a", "/tmp/vellum-1-7", "a 5m0s b"}, Env: map[string]schema.Sealed{"A": schema.SealText("b")}, Exits: []int{0, 3},
		Nice: 8, Factor: 1, Limit: 512 << 20, Shell: true,
		Extra: map[string]any{"a": []any{1, map[string]any{"b": "20261122T010203Z-k7"}}, "c": "null_ish"},
	}
	if diff := cmp.Diff(any(want), must(t, args, ds)); diff != "" {
		t.Error(diff)
	}
}

func TestResolveDefaults(t *testing.T) {
	b, site := book(t, "types.yaml")
	e := env(t, b, site, "vellum-1", nil)
	for id, want := range map[string]any{
		"dir":     &mkdir{Path: "/x", Mode: 0o700},
		"clean":   &prune{Keep: keep{Last: 2}, Rules: []rule{{Path: "/a", Age: 24 * time.Hour}, {Path: "/var/lib/tidemark/backups"}}},
		"nothing": &struct{}{},
	} {
		args, ds := step(t, b, id).Resolve(e)
		if diff := cmp.Diff(want, must(t, args, ds)); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

func TestOutputsFromJSON(t *testing.T) {
	b, site := book(t, "outputs.yaml")
	e := env(t, b, site, "vellum-1", nil)
	e.Steps = fromJSON(t, `{"gate": {"out": {"took": 30000000000, "sources": [{"keyspace": "homer"}], "tables": {"t": 3}}},
		"each": {"out": {"homer": {"rows": 12}}}}`)
	for id, want := range map[string]any{
		"wait":  &pause{For: time.Minute},
		"print": &run{Argv: []string{"echo", "0"}, Nice: 12, Exits: []int{0}, Factor: 1.5, Limit: 1 << 30},
		"list":  &run{Argv: []string{"homer"}, Extra: map[string]any{"t": 3}, Exits: []int{0}, Factor: 1.5, Limit: 1 << 30},
	} {
		args, ds := step(t, b, id).Resolve(e)
		if diff := cmp.Diff(want, must(t, args, ds)); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

func TestOutputsAsStructs(t *testing.T) {
	b, site := book(t, "outputs.yaml")
	e := env(t, b, site, "vellum-1", nil)
	e.Steps = map[string]any{"gate": map[string]any{"out": gateOut{OK: true, Took: time.Second}}}
	args, ds := step(t, b, "wait").Resolve(e)
	if diff := cmp.Diff(any(&pause{For: 2 * time.Second}), must(t, args, ds)); diff != "" {
		t.Error(diff)
	}
	if ok, trace, ds := step(t, b, "rest").When(e); !ok || trace != "steps.gate.out.ok = true" || ds != nil {
		t.Error(ok, trace, ds)
	}
}

func TestWaits(t *testing.T) {
	b, _ := book(t, "outputs.yaml")
	got := map[string][]string{}
	for _, s := range b.Steps() {
		if w := s.Waits(); len(w) > 0 {
			got[s.ID] = w
		}
	}
	want := map[string][]string{"rest": {"gate"}, "print": {"each", "rest"}, "wait": {"gate"}, "list": {"gate"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestKnown: of a step that waits, what does not wait is known, in each form that arguments have.
func TestKnown(t *testing.T) {
	b, site := book(t, "outputs.yaml")
	tests := map[string]struct {
		want any
		late []string
	}{
		"gate":  {&checkRestore{Backup: "x", Depth: "quick", Keyspaces: []string{"homer"}}, nil},
		"print": {&run{Exits: []int{0}, Factor: 1.5, Limit: 1 << 30}, []string{"argv", "nice"}},
		"list":  {&run{Exits: []int{0}, Factor: 1.5, Limit: 1 << 30}, []string{"argv", "extra"}},
		"wait":  {&pause{}, []string{"for"}},
	}
	for id, tt := range tests {
		args, late, ds := step(t, b, id).Known(env(t, b, site, "vellum-1", nil))
		if diff := cmp.Diff(tt.want, args); diff != "" || !slices.Equal(late, tt.late) || ds != nil {
			t.Errorf("%s: late %v, %v, %s", id, late, ds, diff)
		}
	}
}

func TestMissingOutputIsADiagnostic(t *testing.T) {
	b, site := book(t, "outputs.yaml")
	_, ds := step(t, b, "wait").Resolve(env(t, b, site, "vellum-1", nil))
	if len(ds) != 1 || ds[0].Code != "TM0408" || ds[0].Pos.Line != 12 {
		t.Error(ds)
	}
}

func TestItems(t *testing.T) {
	b, site := book(t, "foreach.yaml")
	e := env(t, b, site, "vellum-1", nil)
	for id, want := range map[string][]string{
		"written": {"x", "z"}, "keyed": {"a", "b"}, "some": {"a"}, "vars": {"rack1", "z"},
	} {
		items, ds := step(t, b, id).Items(e)
		var keys []string
		for _, it := range must(t, items, ds) {
			keys = append(keys, it.Key)
		}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

func TestItemReachesArguments(t *testing.T) {
	b, site := book(t, "foreach.yaml")
	e := env(t, b, site, "vellum-1", nil)
	s := step(t, b, "keyed")
	items, ds := s.Items(e)
	e.Item = must(t, items, ds)[1].Value
	args, ds := s.Resolve(e)
	if got := must(t, args, ds).(*run); got.Argv[1] != "b" || got.Nice != 2 {
		t.Error(got)
	}
}

func TestDuplicateItemsAreRefused(t *testing.T) {
	b, site := book(t, "restore.yaml")
	e := env(t, b, site, "vellum-1", map[string]string{"backup": "x", "keyspaces": "homer,homer"})
	_, ds := step(t, b, "restore").Items(e)
	if len(ds) != 1 || !strings.Contains(ds[0].Message, `two items have the key "homer"`) {
		t.Error(ds)
	}
}

func TestStepWithoutForEachHasOneItem(t *testing.T) {
	b, site := book(t, "restore.yaml")
	items, ds := step(t, b, "gate").Items(env(t, b, site, "vellum-1", map[string]string{"backup": "x"}))
	if diff := cmp.Diff([]schema.Item{{}}, must(t, items, ds)); diff != "" {
		t.Error(diff)
	}
}

func TestRetryWants(t *testing.T) {
	b, _ := book(t, "restore.yaml")
	r := step(t, b, "restore").Retry
	if r.Attempts != 3 || r.Backoff != 2*time.Second || r.Max != time.Minute || r.If.String() != `failure == "io"` {
		t.Errorf("%+v", r)
	}
	for failure, want := range map[string]bool{"io": true, "exit": false} {
		got, ds := r.Wants(schema.Env{Failure: failure, Attempt: 1})
		if must(t, got, ds) != want {
			t.Errorf("%s: %v", failure, got)
		}
	}
}

func TestControllerReadsAllNodes(t *testing.T) {
	b, site := book(t, "controller.yaml")
	e := env(t, b, site, "vellum-1", nil)
	e.Node = (*schema.Node)(nil).Env()
	gate := func(ok bool) map[string]any {
		return map[string]any{"steps": map[string]any{"gate": map[string]any{"out": map[string]any{"ok": ok, "need": 5.0}}}}
	}
	e.Nodes = map[string]map[string]any{"vellum-2": gate(true), "vellum-1": gate(true), "vellum-3": gate(false)}
	args, ds := step(t, b, "same").Resolve(e)
	if got := must(t, args, ds).(*assert).That; got.Value || !strings.HasPrefix(got.Tree, "all(values(nodes), .steps.gate.out.ok) = false\n  values(nodes) = [") {
		t.Error(got)
	}
	args, ds = step(t, b, "sure").Resolve(e)
	if got := must(t, args, ds).(*confirm).Text; got != "restore vellum-1, vellum-2, vellum-3?" {
		t.Error(got)
	}
	e.Nodes["controller"] = fromJSON(t, `{"steps": {"sure": {"out": {"by": "ada"}}}}`)
	args, ds = step(t, b, "note").Resolve(e)
	if got := must(t, args, ds).(*run).Argv[1]; got != "approved by ada" {
		t.Error(got)
	}
	args, ds = step(t, b, "one").Resolve(e)
	want := strings.Join([]string{
		`nodes["vellum-1"].steps.gate.out.need > 0 and len(nodes) == 3 = true`,
		`  nodes["vellum-1"].steps.gate.out.need > 0 = true`,
		`    nodes["vellum-1"].steps.gate.out.need = 5`,
		`  len(nodes) == 3 = true`,
		`    len(nodes) = 3`,
	}, "\n")
	got := must(t, args, ds).(*assert).That
	if diff := cmp.Diff(want, strings.Join(strings.Split(got.Tree, "\n")[:5], "\n")); diff != "" {
		t.Error(diff)
	}
}

// A runbook is read once and then used by all nodes at the same time.
func TestStepsAreSharedSafely(t *testing.T) {
	b, site := book(t, "types.yaml")
	e := env(t, b, site, "vellum-1", nil)
	s := step(t, b, "everything")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, ds := s.Resolve(e); ds != nil {
				t.Error(ds)
			}
			if _, _, ds := s.When(e); ds != nil {
				t.Error(ds)
			}
			if _, ds := b.BindInputs(nil, site); ds != nil {
				t.Error(ds)
			}
		})
	}
	wg.Wait()
}
