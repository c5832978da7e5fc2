package engine

import (
	"encoding/json"

	"tidemark/schema"
)

// resolved completes a task whose arguments waited for outputs; the plan itself is never changed.
func (x *Executor) resolved(t *Task) (*Task, error) {
	if len(t.Waits) == 0 || t.Args != nil || t.Skip != "" {
		return t, nil
	}
	late := *t
	if err := x.Basis.Resolve(&late, x.Basis.FindStep(t), x.env(t)); err != nil {
		return &late, Fail(ClassPrecondition, err)
	}
	if (late.From != "" && x.Nodes[late.From] == nil) || x.Nodes[late.Place()] == nil {
		return &late, Failf(ClassPrecondition, "between which nodes bytes flow must not depend on the outputs of other steps")
	}
	return &late, nil
}

// env is what the task's expressions may see now: outputs of its own node so far, and of all nodes for stages
// whose barrier is passed.
func (x *Executor) env(t *Task) schema.Env {
	env := x.Basis.Env(t.Node, x.stageNodes(t.Stage))
	env.Item = t.Item
	env.Steps = x.outs(func(o *Task) bool { return o.Node == t.Node })
	env.Nodes = map[string]map[string]any{}
	for _, node := range NodesOf(x.Plan) {
		env.Nodes[node] = map[string]any{"steps": x.outs(func(o *Task) bool { return o.Node == node && x.passedBarrier(o.Stage) })}
	}
	return env
}

func (x *Executor) passedBarrier(stage string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.State.Barriers[stage]
}

// outs collects the outputs of done tasks: step → {out: value}, for steps over items {out: {key: value}}.
func (x *Executor) outs(take func(*Task) bool) map[string]any {
	steps := map[string]any{}
	x.Plan.Tasks(func(t *Task) {
		r := x.record(t.ID)
		if r.Outcome != Done || !take(t) {
			return
		}
		var v any
		if len(r.Out) > 0 && json.Unmarshal(r.Out, &v) != nil {
			return
		}
		if t.Key == "" {
			steps[t.Step] = map[string]any{"out": v}
			return
		}
		byKey, ok := steps[t.Step].(map[string]any)
		if !ok {
			byKey = map[string]any{"out": map[string]any{}}
			steps[t.Step] = byKey
		}
		byKey["out"].(map[string]any)[t.Key] = v
	})
	return steps
}

func (x *Executor) stageNodes(stage string) []string {
	for _, s := range x.Plan.Stages {
		if s.ID == stage {
			return s.Nodes
		}
	}
	return nil
}
