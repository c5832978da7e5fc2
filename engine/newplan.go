package engine

import (
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
		Texts: TextsOf(b.Runbook.Sources),
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
			if len(step.On) > 0 && !slices.Contains(b.nodesOf(step.On, ""), node) {
				continue
			}
			tasks, err := b.tasks(ps, node, step)
			if err != nil {
				return err
			}
			p.Kinds[step.Kind] = b.Kinds.Get(step.Kind).Digest()
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

func (b Basis) tasks(stage *PlannedStage, node string, step *schema.Step) ([]*Task, error) {
	env := b.Env(node, stage.Nodes)
	items, diags := step.Items(env)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	var out []*Task
	for _, it := range items {
		t := &Task{ID: TaskID(stage.ID, step.ID, it.Key, node), Stage: stage.ID, Step: step.ID, Key: it.Key, Item: it.Value, Node: node, Kind: step.Kind, Program: b.Kinds.Get(step.Kind).Program, Waits: step.Waits()}
		if err := b.fill(t, step, env); err != nil {
			return nil, fmt.Errorf("%s: %w", t.ID, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// fill resolves what is known without any output: the condition and the arguments.
func (b Basis) fill(t *Task, step *schema.Step, env schema.Env) error {
	if len(t.Waits) > 0 {
		return nil
	}
	env.Item = t.Item
	return b.Resolve(t, step, env)
}

// Resolve evaluates the task's condition and arguments in env.
func (b Basis) Resolve(t *Task, step *schema.Step, env schema.Env) error {
	run, trace, diags := step.When(env)
	if err := diags.Err(); err != nil {
		return err
	}
	if !run {
		t.Skip = "when: " + trace
		return nil
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

// TaskID is stage/step[key]@node.
func TaskID(stage, step, key, node string) string {
	if key != "" {
		step += "[" + key + "]"
	}
	return stage + "/" + step + "@" + node
}

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
func (b Basis) FindStep(t *Task) *schema.Step {
	steps := b.Runbook.Finally
	for _, s := range b.Runbook.Stages {
		if s.ID == t.Stage {
			steps = s.Steps
		}
	}
	for _, s := range steps {
		if s.ID == t.Step {
			return s
		}
	}
	return nil
}
