package engine

import (
	"tidemark/schema"
)

// resolved completes a task whose arguments waited for outputs; the plan itself is never changed.
func (x *Executor) resolved(t *Task) (*Task, error) {
	now, err := x.asKnown(t)
	if now != t && err == nil && (now.From != "" && x.Nodes[now.From] == nil || x.Nodes[now.Place()] == nil) {
		err = Failf(ClassPrecondition, "between which nodes bytes flow must not depend on the outputs of other steps")
	}
	return now, err
}

// asKnown is the task with what the outputs so far say of it.
func (x *Executor) asKnown(t *Task) (*Task, error) {
	if len(t.Waits) == 0 || t.Args != nil || t.Skip != "" {
		return t, nil
	}
	late := *t
	env, skip, err := x.enter(t)
	if late.Skip = skip; err == nil && skip == "" {
		err = x.Basis.resolve(&late, x.Basis.findStep(t), env)
	}
	if err != nil {
		return &late, Fail(ClassPrecondition, err)
	}
	return &late, nil
}

// asItRan is a task with its arguments, also where they waited for outputs: its rule and its promises are those of its
// arguments. Where an output cannot be had any more, it stays as it was planned.
func (x *Executor) asItRan(t *Task) *Task {
	if late, err := x.asKnown(t); err == nil && late.Skip == t.Skip {
		return late
	}
	return t
}

// Resolved is the plan of a run with the arguments of its tasks, also of those that waited for outputs which are known
// by now.
func Resolved(p *Plan, b Basis, s *State) *Plan {
	x, out := &Executor{Plan: p, Basis: b, State: s}, *p
	out.Stages = nil
	for _, stage := range p.Stages {
		now := *stage
		now.Tasks = nil
		for _, t := range stage.Tasks {
			now.Tasks = append(now.Tasks, x.asItRan(t))
		}
		out.Stages = append(out.Stages, &now)
	}
	return &out
}

// env is what the task's expressions may see now. A task that was begun is inside all composite steps around it.
func (x *Executor) env(t *Task) schema.Env {
	env, _, _ := x.enter(t)
	return env
}

// enter goes through the composite steps around a task: skip says which of their conditions does not hold.
func (x *Executor) enter(t *Task) (env schema.Env, skip string, err error) {
	env = x.outside(t.Node, t.Stage)
	if err := unread(t, env); err != nil {
		return env, "", err
	}
	for i, turn := range t.Outer {
		step := x.Basis.Runbook.Find(t.Stage, t.path()[:i+1]...)
		env.Item = turn.Item
		run, trace, diags := step.When(env)
		if diags.Err() != nil || !run {
			return env, "when: " + trace, diags.Err()
		}
		if env, diags = step.Enter(env); diags.Err() != nil {
			return env, "", diags.Err()
		}
		env.Steps = x.outs(t.Stage, t.Node, t.Outer[:i+1], env)
	}
	env.Item = t.Item
	return env, "", nil
}

func (x *Executor) stageNodes(stage string) []string {
	for _, s := range x.Plan.Stages {
		if s.ID == stage {
			return s.Nodes
		}
	}
	return nil
}
