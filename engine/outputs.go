package engine

import (
	"encoding/json"

	"tidemark/schema"
)

// outside is what steps of a stage see that stand in no composite step: outputs of their own node so far, and of all
// nodes for stages whose barrier is passed.
func (x *Executor) outside(node, stage string) schema.Env {
	env := x.Basis.env(node, x.stageNodes(stage))
	env.Nodes = x.known(x.passedBarrier)
	env.Steps, _ = x.known(func(string) bool { return true })[node]["steps"].(map[string]any)
	return env
}

func (x *Executor) passedBarrier(stage string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.State.Barriers[stage]
}

// known collects the outputs of all nodes in the stages that count: node → {steps: …}.
func (x *Executor) known(counts func(stage string) bool) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, s := range x.Plan.Stages {
		for _, node := range s.Nodes {
			if all[node] == nil {
				all[node] = map[string]any{"steps": map[string]any{}}
			}
			if counts(s.ID) {
				env := x.Basis.env(node, s.Nodes)
				env.Nodes = all
				env.Steps, _ = all[node]["steps"].(map[string]any)
				x.collect(s, node, nil, env)
			}
		}
	}
	return all
}

// outs collects the outputs within the turns of composite steps.
func (x *Executor) outs(stage, node string, outer []Turn, env schema.Env) map[string]any {
	env.Steps = map[string]any{}
	for _, s := range x.Plan.Stages {
		if s.ID == stage {
			x.collect(s, node, outer, env)
		}
	}
	return env.Steps
}

// collect fills env.Steps with the outputs of done tasks that stand within outer: step → {out: value}, for steps over
// items {out: {key: value}}. What a composite step puts out is made of the outputs inside, when all of it ended.
func (x *Executor) collect(s *PlannedStage, node string, outer []Turn, env schema.Env) {
	seen := map[string]bool{}
	for _, t := range s.Tasks {
		if t.Node != node || !t.Inside(outer) {
			continue
		}
		if len(t.Outer) == len(outer) {
			if r := x.record(t.ID); r.Outcome == Done {
				put(env.Steps, t.Step, t.Key, r.Out)
			}
			continue
		}
		if turn := t.Outer[len(outer)]; !seen[turn.Name()] {
			seen[turn.Name()] = true
			x.composite(s, t, len(outer), env)
		}
	}
}

// composite puts what a composite step puts out; t is the first of its tasks.
func (x *Executor) composite(s *PlannedStage, t *Task, depth int, env schema.Env) {
	turns := t.Outer[:depth+1]
	step := x.Basis.Runbook.Find(t.Stage, t.path()[:depth+1]...)
	if !x.finished(s, t.Node, turns) {
		return
	}
	in := env
	in.Item = turns[depth].Item
	in, diags := step.Enter(in)
	if diags.Err() == nil {
		var out map[string]any
		in.Steps = x.outs(t.Stage, t.Node, turns, in)
		if out, diags = step.Outputs(in); diags.Err() == nil {
			place(env.Steps, turns[depth].Step, turns[depth].Key, out)
			return
		}
	}
	env.Steps[turns[depth].Step] = diags.Err() // told to whoever waits for it
}

// unread is why an output that the task waits for cannot be had.
func unread(t *Task, env schema.Env) error {
	for _, id := range t.Waits {
		if err, broken := env.Steps[id].(error); broken {
			return err
		}
		for _, node := range env.Nodes {
			steps, _ := node["steps"].(map[string]any)
			if err, broken := steps[id].(error); broken {
				return err
			}
		}
	}
	return nil
}

// finished tells whether everything within these turns is done or skipped, and something done.
func (x *Executor) finished(s *PlannedStage, node string, turns []Turn) bool {
	some := false
	for _, t := range s.Tasks {
		if t.Node != node || !t.Inside(turns) {
			continue
		}
		o := x.record(t.ID).Outcome
		if o != Done && o != Skipped {
			return false
		}
		some = some || o == Done
	}
	return some
}

// Inside tells whether the task stands within these turns, at any depth.
func (t *Task) Inside(turns []Turn) bool {
	if len(t.Outer) < len(turns) {
		return false
	}
	for i, turn := range turns {
		if t.Outer[i].Step != turn.Step || t.Outer[i].Key != turn.Key {
			return false
		}
	}
	return true
}

// put is place for an output as the journal keeps it.
func put(steps map[string]any, step, key string, raw json.RawMessage) {
	var v any
	if len(raw) > 0 && json.Unmarshal(raw, &v) != nil {
		return
	}
	place(steps, step, key, v)
}

func place(steps map[string]any, step, key string, v any) {
	if key == "" {
		steps[step] = map[string]any{"out": v}
		return
	}
	byKey, ok := steps[step].(map[string]any)
	if !ok {
		byKey = map[string]any{"out": map[string]any{}}
		steps[step] = byKey
	}
	byKey["out"].(map[string]any)[key] = v
}
