package engine

import (
	"tidemark/schema"
)

// resolved completes a task whose arguments waited for outputs; the plan itself is never changed.
func (x *Executor) resolved(t *Task) (*Task, error) {
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
	if (late.From != "" && x.Nodes[late.From] == nil) || x.Nodes[late.Place()] == nil {
		return &late, Failf(ClassPrecondition, "between which nodes bytes flow must not depend on the outputs of other steps")
	}
	return &late, nil
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
