package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sort"

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

// NewPlan lays out all tasks. It is pure: nothing is asked, the changes are still empty.
func NewPlan(b Basis) (*Plan, error) {
	p := &Plan{
		Format: PlanFormat, Run: b.Run, Runbook: b.Runbook.Name, Title: b.Runbook.Title, Site: b.Site.Name,
		Inputs: b.Inputs, Limit: b.Limit, OnFailure: b.Runbook.OnFailure, Kinds: map[string]string{},
		Texts: textsOf(b.Runbook.Sources), Layers: b.Runbook.Layers(), Ungated: b.Runbook.Ungated(),
	}
	for _, s := range b.Runbook.Stages {
		if err := b.addStage(p, s.ID, b.nodesOf(s.On, s.Pick), s.Steps, s.Strategy); err != nil {
			return nil, err
		}
	}
	p.Nodes = b.locked(p)
	after, diags := b.Runbook.Afterwards(b.Env("", nil))
	if err := diags.Err(); err != nil {
		return nil, err
	}
	p.Afterwards = after
	if len(b.Runbook.Finally) > 0 {
		if err := b.addStage(p, FinallyStage, b.touched(p), b.Runbook.Finally, schema.Strategy{}); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (b Basis) addStage(p *Plan, id string, nodes []string, steps []*schema.Step, st schema.Strategy) error {
	if len(nodes) == 0 {
		return Failf(ClassPrecondition, "stage %s: no node is left (groups without nodes, or --limit)", id)
	}
	ps := &PlannedStage{ID: id, Nodes: nodes, Strategy: st}
	for _, node := range nodes {
		for _, step := range steps {
			tasks, err := b.tasks(spot{stage: ps, node: node, env: b.Env(node, nodes)}, step)
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

// nodesOf resolves groups and node names to nodes, in the order of the site file.
func (b Basis) nodesOf(on []string, pick string) []string {
	if slices.Equal(on, []string{ControllerNode}) {
		return on
	}
	var out []string
	for _, n := range b.Site.Nodes {
		hit := slices.Contains(on, n.Name) || slices.ContainsFunc(on, func(g string) bool { return slices.Contains(n.Groups, g) })
		if hit && (len(b.Limit) == 0 || slices.Contains(b.Limit, n.Name)) {
			out = append(out, n.Name)
		}
	}
	if pick == "one" && len(out) > 1 {
		out = out[:1]
	}
	return out
}

// touched are the nodes on which stages run, without the controller.
func (b Basis) touched(p *Plan) []string {
	var out []string
	for _, s := range p.Stages {
		for _, n := range s.Nodes {
			if n != ControllerNode && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// locked are the nodes a run must hold: those it touches and those of `locks:`. Groups that the site lacks lock nothing.
func (b Basis) locked(p *Plan) []string {
	out := b.touched(p)
	more := b.nodesOf(b.Runbook.Locks, "")
	p.Tasks(func(t *Task) { more = append(more, t.Place(), t.From) })
	for _, n := range more {
		if n != "" && n != ControllerNode && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}

// spot is where steps stand: in a stage on a node, within the turns of composite steps.
type spot struct {
	stage *PlannedStage
	node  string
	outer []Turn
	env   schema.Env
	skip  string // why nothing here will run
}

func (b Basis) tasks(at spot, step *schema.Step) ([]*Task, error) {
	if len(step.On) > 0 && !slices.Contains(b.nodesOf(step.On, ""), at.node) {
		return nil, nil
	}
	at.skip = cmp.Or(at.skip, step.Skip)
	items, err := at.items(step)
	if err != nil {
		return nil, err
	}
	var out []*Task
	for _, it := range items {
		made, err := b.turn(at, step, it)
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	return out, nil
}

// items are the turns of a step; of one that will not run nothing can be known, it counts as one.
func (at spot) items(step *schema.Step) ([]schema.Item, error) {
	if at.skip != "" {
		return []schema.Item{{}}, nil
	}
	items, diags := step.Items(at.env)
	return items, diags.Err()
}

// turn lays out one item of a step: a task, or the tasks of the steps it is made of.
func (b Basis) turn(at spot, step *schema.Step, it schema.Item) ([]*Task, error) {
	t := &Task{
		Stage: at.stage.ID, Step: step.ID, Key: it.Key, Item: it.Value, Outer: at.outer, Node: at.node,
		Kind: step.Kind, Waits: step.Waits(), Skip: at.skip,
	}
	t.ID = TaskID(t.Stage, t.Name(), t.Node)
	env := at.env
	env.Item = it.Value
	if step.Inner() != nil {
		in, err := at.within(t, step, env)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.ID, err)
		}
		return b.inside(in, step)
	}
	t.Program = b.Kinds.Get(t.Kind).Program
	if err := b.planned(t, step, env); err != nil {
		return nil, fmt.Errorf("%s: %w", t.ID, err)
	}
	return []*Task{t}, nil
}

// planned resolves a task as far as the plan can; its condition may be known though its arguments wait for outputs.
func (b Basis) planned(t *Task, step *schema.Step, env schema.Env) (err error) {
	switch {
	case t.Skip != "":
	case len(t.Waits) == 0:
		err = b.Resolve(t, step, env)
	case !step.WhenWaits():
		t.Skip, err = unmet(step, env)
	}
	return err
}

// unmet is the condition of a step that does not hold, as a reason to skip it; "" where it holds.
func unmet(step *schema.Step, env schema.Env) (skip string, err error) {
	run, trace, diags := step.When(env)
	if err := diags.Err(); err != nil || run {
		return "", err
	}
	return "when: " + trace, nil
}

// within is the spot of a composite step's own steps.
func (at spot) within(t *Task, step *schema.Step, env schema.Env) (spot, error) {
	in := at
	in.outer = append(slices.Clone(at.outer), Turn{step.ID, step.Kind, t.Key, t.Item})
	if in.skip == "" && !step.WhenWaits() {
		var err error
		if in.skip, err = unmet(step, env); err != nil {
			return in, err
		}
	}
	if in.skip != "" {
		return in, nil
	}
	var diags schema.Diagnostics
	in.env, diags = step.Enter(env)
	return in, diags.Err()
}

func (b Basis) inside(in spot, step *schema.Step) ([]*Task, error) {
	var out []*Task
	for _, inner := range step.Inner() {
		made, err := b.tasks(in, inner)
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	return out, nil
}

// Resolve evaluates the task's condition and arguments in env.
func (b Basis) Resolve(t *Task, step *schema.Step, env schema.Env) error {
	skip, err := unmet(step, env)
	if err != nil || skip != "" {
		t.Skip = skip
		return err
	}
	args, diags := step.Resolve(env)
	if err := diags.Err(); err != nil {
		return err
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	t.Args, t.Digest, t.Secrets = raw, ArgsDigest(programOf(t.Kind, t.Program), raw), schema.SecretsIn(args)
	return b.place(t)
}

// place notes between which nodes the task's bytes flow.
func (b Basis) place(t *Task) error {
	step, err := b.Kinds.Get(t.Kind).Step(t.Args)
	if err != nil {
		return err
	}
	bridger, ok := step.(Bridger)
	if !ok {
		return nil
	}
	br := bridger.Bridge(t.Node)
	for _, name := range []string{br.From, br.To} {
		if name != ControllerNode && b.Site.Node(name) == nil {
			return Failf(ClassPrecondition, "site %s has no node %q", b.Site.Name, name)
		}
	}
	t.From, t.At = br.From, br.To
	return nil
}

// TaskID is stage/step[key]@node; name is Task.Name.
func TaskID(stage, name, node string) string { return stage + "/" + name + "@" + node }

// Env is what expressions of a step on node, in a stage over these nodes, see before any output is known.
func (b Basis) Env(node string, stage []string) schema.Env {
	env := schema.Env{
		Inputs: b.Inputs, RunID: b.Run, StageNodes: stage,
		Site: b.Site.Env(),
		Node: schema.NodeEnv{Name: node},
	}
	env.Vars = b.Runbook.VarsFor(nil, b.Site)
	for i := range b.Site.Nodes {
		if n := &b.Site.Nodes[i]; n.Name == node {
			env.Node = schema.NodeEnv{Name: n.Name, Address: n.Address, Groups: n.Groups}
			env.Vars = b.Runbook.VarsFor(n, b.Site)
		}
	}
	return env
}

// FindStep is the runbook's step behind a task.
func (b Basis) FindStep(t *Task) *schema.Step { return b.Runbook.Find(t.Stage, t.path()...) }
