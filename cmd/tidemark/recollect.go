package main

import (
	"cmp"
	"slices"
	"time"

	"tidemark/engine"
)

// recollect makes events from what the nodes keep of a run: attempts with their receipts, open attempts, and the
// stages whose outputs lie on every node.
func recollect(p *engine.Plan, kinds *engine.Kinds, states map[string]engine.NodeState) []engine.Event {
	r := &recollection{plan: p, kinds: kinds, last: map[string]attempt{}, tasks: map[string]*engine.Task{}}
	p.Tasks(func(t *engine.Task) { r.tasks[t.ID] = t })
	var epoch int64
	for _, n := range keys(states) {
		epoch = max(epoch, states[n].Epoch)
	}
	r.add(engine.Event{Type: engine.EventLocked, Epoch: epoch, Message: "adopted"})
	if slices.ContainsFunc(keys(states), func(n string) bool { return states[n].Began() }) {
		r.add(engine.Event{Type: engine.EventVerified})
	}
	for _, n := range keys(states) {
		r.node(states[n])
	}
	for _, s := range p.Stages {
		if b, ok := everywhere(s.ID, p.Nodes, states); ok && !copiedHere(s) {
			r.passed(s, b)
		}
	}
	return r.events
}

type recollection struct {
	plan   *engine.Plan
	kinds  *engine.Kinds
	tasks  map[string]*engine.Task
	last   map[string]attempt // by task, of those with a record of their own
	events []engine.Event
}

// attempt is the last one of a task that left a record; open is one whose outcome is not known from it.
type attempt struct {
	number int
	epoch  int64
	open   bool
}

func (r *recollection) add(e engine.Event) {
	e.Run = r.plan.Run
	if e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	r.events = append(r.events, e)
}

// node recalls a node's attempts in the order of their ends, the open ones last. What a later attempt followed was
// settled before that one began.
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
	slices.SortStableFunc(open, func(a, b engine.TaskRef) int { return cmp.Compare(a.Attempt, b.Attempt) })
	for _, ref := range open {
		if ref.Attempt >= r.last[ref.Task].number {
			r.begin(ref, time.Time{})
		}
	}
}

func (r *recollection) begin(ref engine.TaskRef, at time.Time) {
	if t := r.tasks[ref.Task]; t != nil {
		r.last[t.ID] = attempt{ref.Attempt, ref.Epoch, true}
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
	r.last[t.ID] = attempt{rec.Attempt, rec.Epoch, rec.Outcome == engine.Unknown}
	r.add(e)
}

// everywhere gives the barrier of a stage when every node keeps it: only then was it passed. Its epoch is the oldest.
func everywhere(stage string, nodes []string, states map[string]engine.NodeState) (passed engine.Barrier, ok bool) {
	for n, name := range nodes {
		i := slices.IndexFunc(states[name].Barriers, func(b engine.Barrier) bool { return b.Stage == stage })
		if i < 0 {
			return engine.Barrier{}, false
		}
		b := states[name].Barriers[i]
		if n > 0 {
			b.Epoch = min(b.Epoch, passed.Epoch)
		}
		passed = b
	}
	return passed, len(nodes) > 0
}

// copiedHere: what a stage copied to the controller lies with the one that is gone. Such a stage is passed again;
// what is here already by its sha256 is not sent again.
func copiedHere(s *engine.PlannedStage) bool {
	return slices.ContainsFunc(s.Tasks, func(t *engine.Task) bool { return t.At == engine.ControllerNode })
}

// passed recalls a passed stage. Tasks without a receipt there were pure or skipped, ran on the controller, or were found
// done when their outcome was unknown: their outputs stand in the barrier. It tells nothing of attempts that began under a
// later epoch; and a stage that may pass with failures does not tell which tasks those are.
func (r *recollection) passed(s *engine.PlannedStage, b engine.Barrier) {
	for _, t := range s.Tasks {
		last, began := r.last[t.ID]
		if began && (!last.open || last.epoch > b.Epoch || s.Strategy.MaxFailures > 0) {
			continue
		}
		e := engine.Event{
			Type: engine.EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: last.number, Digest: t.Digest, Outcome: engine.Done,
			Out: b.Outputs[t.Node][t.Name()], Will: t.Change.Will, Reason: "from the barrier",
		}
		if k := r.kinds.Get(t.Kind); t.Skip != "" || (!began && k != nil && k.Out != nil && len(e.Out) == 0) {
			e.Outcome, e.Will = engine.Skipped, nil
		}
		r.add(e)
	}
	r.add(engine.Event{Type: engine.EventBarrier, Stage: s.ID})
}
