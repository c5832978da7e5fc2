package steps_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/runbooks"
	"tidemark/schema"
	"tidemark/steps"
)

func kinds(t *testing.T) *engine.Kinds {
	t.Helper()
	ks, err := steps.Kinds()
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

// around is the smallest runbook that holds one step, as its kind's example says it.
func around(k schema.Kind) schema.Source {
	on := "vellum"
	if k.OnController {
		on = engine.ControllerNode
	}
	step, gate := strings.ReplaceAll(strings.TrimSpace(k.Example), "\n", "\n        "), ""
	if k.Destroys {
		gate = "  - {stage: zero, on: controller, steps: [{id: sure, confirm: {text: sure}}]}\n"
	}
	text := fmt.Sprintf("runbook: example\ntitle: Example\nstages:\n%s  - stage: one\n    on: %s\n    steps:\n      - %s\n", gate, on, step)
	return schema.Source{Name: k.Name + ".yaml", Data: []byte(text)}
}

// summarizes is a sentence that begins with a verb, short enough for a line of `tidemark steps`.
var summarizes = regexp.MustCompile(`^[A-Z][a-z]+s [^\n]{8,120}[^:,;]$`)

func TestKinds(t *testing.T) {
	all := kinds(t).Schema()
	if len(all) != len(steps.All()) {
		t.Errorf("%d kinds, %d declared", len(all), len(steps.All()))
	}
	for _, k := range steps.All() {
		if k.Version < 1 {
			t.Errorf("%s has no version", k.Name)
		}
	}
	for _, k := range all {
		t.Run(k.Name, func(t *testing.T) {
			if err := k.Validate(); err != nil {
				t.Error(err)
			}
			if summary, _, _ := strings.Cut(k.Doc, ". "); !summarizes.MatchString(summary) {
				t.Errorf("the first sentence is no summary: %q", summary)
			}
			for _, name := range unexplained(slices.Concat(k.Arguments(), k.Outputs())) {
				t.Errorf("%s has no help", name)
			}
			src := around(k)
			book, diags := schema.Load(schema.Sources{Runbook: src}, all, nil)
			if len(diags) > 0 {
				t.Fatal(diags.Render(src))
			}
			if steps := book.Steps(); steps[len(steps)-1].Kind != k.Name {
				t.Errorf("the example is a step of %s", steps[len(steps)-1].Kind)
			}
		})
	}
}

// unexplained lists the keys, inner ones too, that do not say what they mean.
func unexplained(keys []schema.Key) []string {
	var out []string
	for _, k := range keys {
		if k.Help == "" {
			out = append(out, k.Name)
		}
		for _, inner := range unexplained(inside(k.Type)) {
			out = append(out, k.Name+"."+inner)
		}
	}
	return out
}

func inside(t schema.Type) []schema.Key {
	if t.Elem != nil {
		return inside(*t.Elem)
	}
	return t.Keys
}

// Each domain plans the examples of all its kinds by their own Plan, on nodes of its own: a kind whose package does not is
// left out.
func TestEachDomainPlansItsExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range steps.All() {
		dir := filepath.Base(reflect.TypeOf(k.New()).Elem().PkgPath())
		if seen[dir] {
			continue
		}
		seen[dir] = true
		raw, err := os.ReadFile(filepath.Join(dir, "example_test.go"))
		if err != nil || !regexp.MustCompile(`enginetest\.PlanExamples\(t, Kinds\(\), `).Match(raw) {
			t.Errorf("%s: the examples of its kinds are not planned: %v", dir, err)
		}
	}
	if len(seen) < 6 {
		t.Errorf("only %v", seen)
	}
}

func site(t *testing.T) *schema.Site {
	t.Helper()
	s, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(`site: lab
vars: {backup_dir: /var/lib/tidemark/backups}
nodes:
  vellum-1: {address: 10.0.0.1, groups: [vellum]}
  vellum-2: {address: 10.0.0.2, groups: [vellum]}
  vellum-3: {address: 10.0.0.3, groups: [vellum]}
  ellis-1: {address: 10.0.0.4, groups: [ellis]}
  sprout-1: {address: 10.0.0.5, groups: [sprout]}
`)})
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	return s
}

// given answers the inputs that have no default.
func given(b *schema.Runbook) map[string]string {
	out := map[string]string{}
	for _, in := range b.Inputs {
		if !in.HasDefault {
			out[in.Name] = map[string]string{"int": "1", "bool": "true"}[in.Type]
			if out[in.Name] == "" {
				out[in.Name] = "20261122T010203Z-k7"
			}
		}
	}
	return out
}

func TestShippedRunbooks(t *testing.T) {
	names, err := fs.Glob(runbooks.FS, "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%q, %v", names, err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			data, err := runbooks.FS.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			ks, s, src := kinds(t), site(t), schema.Source{Name: name, Data: data}
			book, diags := schema.Load(schema.Sources{Runbook: src}, ks.Schema(), s)
			if len(diags) > 0 {
				t.Fatal(diags.Render(src))
			}
			if book.Name+".yaml" != name {
				t.Errorf("runbook: %s", book.Name)
			}
			inputs, diags := book.BindInputs(given(book), s)
			if len(diags) > 0 {
				t.Fatal(diags.Err())
			}
			p, err := engine.NewPlan(engine.Basis{Runbook: book, Site: s, Kinds: ks, Inputs: inputs, Run: "20261122T010203Z-aa"})
			if err != nil {
				t.Fatal(err)
			}
			laidOut(t, book, p, s)
		})
	}
}

// laidOut checks that every stage has its nodes and every step a task on each of them.
func laidOut(t *testing.T, book *schema.Runbook, p *engine.Plan, s *schema.Site) {
	t.Helper()
	for i, stage := range book.Stages {
		planned := p.Stages[i]
		if want := len(s.Select(stage.On)); !stage.OnController() && stage.Pick == "" && len(planned.Nodes) != want {
			t.Errorf("stage %s: on %q, want %d nodes", stage.ID, planned.Nodes, want)
		}
		for _, step := range stage.Steps {
			for _, node := range planned.Nodes {
				if len(step.On) == 0 && !slices.ContainsFunc(planned.Of(node), func(t *engine.Task) bool { return t.Step == step.ID }) {
					t.Errorf("stage %s, %s: no task on %s", stage.ID, step.ID, node)
				}
			}
		}
	}
}

// What restores, takes back or keeps a restore knows the nodes of its run: a part of them is refused by it.
func TestRestoreKnowsItsNodes(t *testing.T) {
	for name, step := range map[string]string{"restore-vellum": "staged", "undo-restore-vellum": "undo", "release-restore-vellum": "release"} {
		ks, s := kinds(t), site(t)
		book, diags := schema.Load(schema.Sources{Runbook: text(t, name)}, ks.Schema(), s)
		if len(diags) > 0 {
			t.Fatal(diags.Err())
		}
		inputs, diags := book.BindInputs(given(book), s)
		if len(diags) > 0 {
			t.Fatal(diags.Err())
		}
		p, err := engine.NewPlan(engine.Basis{Runbook: book, Site: s, Kinds: ks, Inputs: inputs, Run: "20261122T010203Z-aa", Limit: []string{"vellum-2"}})
		if err != nil {
			t.Fatal(err)
		}
		p.Tasks(func(task *engine.Task) {
			if task.Step == step && !strings.Contains(string(task.Args), `"nodes":["vellum-2"]`) {
				t.Errorf("%s, %s: its arguments do not name the nodes of the run: %s", name, task.ID, task.Args)
			}
		})
	}
}
