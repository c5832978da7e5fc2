package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"tidemark/engine"
)

// recollect makes events from what the nodes keep of a run: attempts with their receipts, open attempts, and the
// stages whose outputs lie on every node.
func recollect(p *engine.Plan, kinds *engine.Kinds, states map[string]engine.NodeState) []engine.Event {
	r := &recollection{plan: p, kinds: kinds, last: map[string]bool{}, tasks: map[string]*engine.Task{}}
	p.Tasks(func(t *engine.Task) { r.tasks[t.ID] = t })
	var epoch int64
	for _, n := range keys(states) {
		epoch = max(epoch, states[n].Epoch)
	}
	r.add(engine.Event{Type: engine.EventLocked, Epoch: epoch, Message: "adopted"})
	if begun(states) {
		r.add(engine.Event{Type: engine.EventVerified})
	}
	for _, n := range keys(states) {
		r.node(states[n])
	}
	for _, s := range p.Stages {
		if outputs, ok := everywhere(s.ID, p.Nodes, states); ok && !copiedHere(s) {
			r.passed(s, outputs)
		}
	}
	return r.events
}

type recollection struct {
	plan   *engine.Plan
	kinds  *engine.Kinds
	tasks  map[string]*engine.Task
	last   map[string]bool // tasks with a record of their own
	events []engine.Event
}

func (r *recollection) add(e engine.Event) {
	e.Run = r.plan.Run
	if e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	r.events = append(r.events, e)
}

// begun tells whether any task began: then the facts of the plan were looked at under the lock.
func begun(states map[string]engine.NodeState) bool {
	for _, s := range states {
		if len(s.Tasks)+len(s.Intents)+len(s.Alive)+len(s.Barriers) > 0 {
			return true
		}
	}
	return false
}

// node recalls a node's attempts in the order of their ends, the open ones last.
func (r *recollection) node(s engine.NodeState) {
	var ended []*engine.Receipt
	open := slices.Concat(s.Intents, s.Alive)
	for _, t := range s.Tasks {
		if t.Receipt != nil {
			ended = append(ended, t.Receipt)
		}
	}
	slices.SortFunc(ended, func(a, b *engine.Receipt) int {
		return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.Attempt, b.Attempt))
	})
	for _, rec := range ended {
		r.begin(rec.TaskRef, rec.Began)
		r.end(rec)
	}
	for _, ref := range open {
		r.begin(ref, time.Time{})
	}
}

func (r *recollection) begin(ref engine.TaskRef, at time.Time) {
	if t := r.tasks[ref.Task]; t != nil {
		r.last[t.ID] = true
		r.add(engine.Event{Type: engine.EventBegin, Time: at, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: t.Digest})
	}
}

func (r *recollection) end(rec *engine.Receipt) {
	t := r.tasks[rec.Task]
	if t == nil {
		return
	}
	e := engine.Event{
		Type: engine.EventEnd, Time: rec.Ended, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: rec.Attempt, Digest: rec.Digest,
		Outcome: rec.Outcome, Changed: rec.Changed, Sign: rec.Change.Sign, Class: rec.Class, Message: cmp.Or(rec.Message, rec.Note),
		Next: rec.Next, Exit: rec.Exit, Out: rec.Out, Seconds: rec.Ended.Sub(rec.Began).Seconds(), Reason: "from the node",
	}
	if rec.Outcome == engine.Done {
		e.Will = rec.Change.Will
	}
	r.add(e)
}

// everywhere gives the outputs of a stage when every node keeps them: only then was its barrier passed.
func everywhere(stage string, nodes []string, states map[string]engine.NodeState) (map[string]map[string]json.RawMessage, bool) {
	var outputs map[string]map[string]json.RawMessage
	for _, n := range nodes {
		i := slices.IndexFunc(states[n].Barriers, func(b engine.Barrier) bool { return b.Stage == stage })
		if i < 0 {
			return nil, false
		}
		outputs = states[n].Barriers[i].Outputs
	}
	return outputs, len(nodes) > 0
}

// copiedHere: what a stage copied to the controller lies with the one that is gone. Such a stage is passed again;
// what is here already by its sha256 is not sent again.
func copiedHere(s *engine.PlannedStage) bool {
	return slices.ContainsFunc(s.Tasks, func(t *engine.Task) bool { return t.At == engine.ControllerNode })
}

// passed recalls a passed stage. Tasks without a receipt there were pure or skipped, or ran on the controller: their
// outputs stand in the barrier.
func (r *recollection) passed(s *engine.PlannedStage, outputs map[string]map[string]json.RawMessage) {
	for _, t := range s.Tasks {
		if r.last[t.ID] {
			continue
		}
		e := engine.Event{
			Type: engine.EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Digest: t.Digest, Outcome: engine.Done,
			Out: outputs[t.Node][t.Name()], Will: t.Change.Will, Reason: "from the barrier",
		}
		if k := r.kinds.Get(t.Kind); t.Skip != "" || (k != nil && k.Out != nil && len(e.Out) == 0) {
			e.Outcome, e.Will = engine.Skipped, nil
		}
		r.add(e)
	}
	r.add(engine.Event{Type: engine.EventBarrier, Stage: s.ID})
}
