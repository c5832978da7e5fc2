package engine

import (
	"tidemark/schema"
)

// Basis is what a plan is made from and what a run needs to resolve arguments late.
type Basis struct {
	Runbook *schema.Runbook
	Site    *schema.Site
	Kinds   *Kinds
	Inputs  map[string]any
	Run     string
	// Limit keeps only these nodes; empty keeps all.
	Limit []string
}

// NewPlan lays out all tasks. It is pure: nothing is asked, and only tasks that wait for outputs have a change:
// what is declared of them.
func NewPlan(b Basis) (*Plan, error) {
	p := &Plan{
		Format: PlanFormat, Run: b.Run, Runbook: b.Runbook.Name, Title: b.Runbook.Title, Site: b.Site.Name,
		Inputs: b.Runbook.WithUnits(b.Inputs), Limit: b.Limit, OnFailure: b.Runbook.OnFailure, Kinds: map[string]string{},
		Texts: textsOf(b.Runbook.Sources), Layers: b.Runbook.Layers(), Ungated: b.Runbook.Ungated(),
	}
	if b.Runbook.Deadline > 0 {
		p.Deadline = schema.DurationText(b.Runbook.Deadline)
	}
	for _, s := range b.Runbook.Stages {
		if err := b.addStage(p, s.ID, b.nodesOf(s.On, s.Pick), s.Steps, s.Strategy); err != nil {
			return nil, err
		}
	}
	p.Nodes = b.locked(p)
	after, diags := b.Runbook.Afterwards(b.env("", nil))
	if err := diags.Err(); err != nil {
		return nil, err
	}
	p.Afterwards = after
	if len(b.Runbook.Finally) > 0 {
		if err := b.addStage(p, FinallyStage, b.touched(p), b.Runbook.Finally, schema.Strategy{}); err != nil {
			return nil, err
		}
	}
	if err := p.distinct(); err != nil {
		return nil, err
	}
	return p, nil
}

// distinct refuses a plan with two tasks of one id: records are found by it, so one of them would count as done
// because the other was. The language refuses equal names; keys of items can still write the ids of inner steps.
func (p *Plan) distinct() error {
	seen := map[string]*Task{}
	var err error
	p.Tasks(func(t *Task) {
		if other := seen[t.ID]; other != nil && err == nil {
			err = WithNext(Failf(ClassPrecondition, "two tasks have the id %s: step %s of kind %s, and step %s of kind %s",
				t.ID, other.Name(), other.Kind, t.Name(), t.Kind), "give one step another id, or one item another key")
		}
		seen[t.ID] = t
	})
	return err
}

func (b Basis) addStage(p *Plan, id string, nodes []string, steps []*schema.Step, st schema.Strategy) error {
	if len(nodes) == 0 {
		return Failf(ClassPrecondition, "stage %s: no node is left (groups without nodes, or --limit)", id)
	}
	ps := &PlannedStage{ID: id, Nodes: nodes, Strategy: st}
	for _, node := range nodes {
		for _, step := range steps {
			tasks, err := b.tasks(spot{stage: ps, node: node, env: b.env(node, nodes)}, step)
			if err != nil {
				return err
			}
			for _, t := range tasks {
				p.Kinds[t.Kind] = b.Kinds.Get(t.Kind).Digest()
			}
			ps.Tasks = append(ps.Tasks, tasks...)
		}
	}
	p.Stages = append(p.Stages, ps)
	return nil
}

// env is what expressions of a step on node, in a stage over these nodes, see before any output is known.
func (b Basis) env(node string, stage []string) schema.Env {
	n := b.Site.Node(node) // nil for the controller
	return schema.Env{
		Inputs: b.Inputs, RunID: b.Run, StageNodes: stage,
		Site: b.Site.Env(), Node: n.Env(), Vars: b.Runbook.VarsFor(n, b.Site),
	}
}

// findStep is the runbook's step behind a task.
func (b Basis) findStep(t *Task) *schema.Step { return b.Runbook.Find(t.Stage, t.path()...) }
