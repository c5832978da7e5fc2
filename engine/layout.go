package engine

import (
	"cmp"
	"fmt"
	"slices"

	"tidemark/schema"
)

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
		Kind: step.Kind, User: step.User, Waits: step.Waits(), Skip: at.skip, Limits: limitsOf(step),
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

// TaskID is stage/step[key]@node; name is Task.Name.
func TaskID(stage, name, node string) string { return stage + "/" + name + "@" + node }

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
