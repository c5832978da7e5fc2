package enginetest

import (
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/schema"
)

// exampleSite is where examples are planned: they name its nodes.
const exampleSite = `site: lab
vars: {backup_dir: /var/lib/tidemark/backups}
nodes:
  vellum-1: {address: 10.0.0.1, groups: [vellum]}
  vellum-2: {address: 10.0.0.2, groups: [vellum]}
`

// PlanExamples plans the example of each of a package's kinds with the kind's own Plan, on the node that it is given: every
// kind needs one, on which its example has something to do or to ask.
func PlanExamples(t *testing.T, kinds []engine.Kind, node func(t *testing.T, kind string) *Bench) {
	t.Helper()
	list, err := engine.NewKinds(kinds...)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			b := node(t, k.Name)
			if b == nil {
				t.Fatal("no node to plan its example on")
			}
			c, err := b.Plan(k, exampleOf(t, list, k))
			if err != nil || c.Sign == "" || c.Summary == "" {
				t.Errorf("%s\n%+v, %v", k.Example, c, err)
			}
		})
	}
}

// exampleOf is the step of a kind's example, with its arguments as a task has them.
func exampleOf(t *testing.T, list *engine.Kinds, k engine.Kind) engine.Step {
	t.Helper()
	on := "vellum-1"
	if k.At == engine.OnController {
		on = engine.ControllerNode
	}
	text := "runbook: example\nstages:\n  - stage: only\n    on: " + on + "\n    steps:\n      - " + strings.ReplaceAll(strings.TrimSpace(k.Example), "\n", "\n        ") + "\n"
	site, diags := schema.LoadSite(schema.Source{Name: "site.yaml", Data: []byte(exampleSite)})
	book, more := schema.Load(schema.Sources{Runbook: schema.Source{Name: "example.yaml", Data: []byte(text)}}, list.Schema(), site)
	if err := append(diags, more...).Err(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	p, err := engine.NewPlan(engine.Basis{Runbook: book, Site: site, Kinds: list, Inputs: map[string]any{}, Run: "20261122T010203Z-k7"})
	if err != nil {
		t.Fatal(err)
	}
	var step engine.Step
	p.Tasks(func(task *engine.Task) {
		if step, err = k.Step(task.Args); err != nil {
			t.Fatalf("%v\n%s", err, task.Args)
		}
	})
	return step
}
