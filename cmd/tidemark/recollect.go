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
	r := &recollection{plan: p, kinds: kinds, last: map[string]attempt{}, done: map[string]bool{}, tasks: map[string]*engine.Task{}, place: map[string]int{}}
	p.Tasks(func(t *engine.Task) { r.tasks[t.ID], r.place[t.ID] = t, len(r.place) })
	var epoch int64
	for _, n := range keys(states) {
		epoch = max(epoch, states[n].Epoch)
	}
	r.add(engine.Event{Type: engine.EventLocked, Epoch: epoch, Message: "adopted"})
	began := slices.ContainsFunc(keys(states), func(n string) bool { return states[n].Began() })
	if began {
		r.add(engine.Event{Type: engine.EventVerified})
	}
	for _, n := range keys(states) {
		r.node(states[n])
	}
	wiped := func(n string) bool { return began && states[n].Forgotten(p.Run) }
	know := slices.DeleteFunc(slices.Clone(p.Nodes), wiped)
	under := true // until behind the first stage that was not passed everywhere
	for _, s := range p.Stages {
		b, ok := everywhere(s.ID, know, states)
		switch {
		case ok && !copiedHere(s):
			r.passed(s, b)
		case under:
			r.forgotten(s, wiped)
		}
		under = under && ok
	}
	return r.events
}

// forgotten recalls of a stage that was under way that its tasks may have begun on nodes that have no records of the run: how
// they ended nobody can tell.
func (r *recollection) forgotten(s *engine.PlannedStage, wiped func(node string) bool) {
	for _, t := range s.Tasks {
		k := r.kinds.Get(t.Kind)
		if t.Skip != "" || !wiped(t.Place()) || k != nil && k.Redo == engine.Pure {
			continue
		}
		e := engine.Event{Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: 1, Digest: t.Digest}
		e.Type = engine.EventBegin
		r.add(e)
		e.Type, e.Outcome, e.Class, e.Message = engine.EventEnd, engine.Unknown, engine.ClassPrecondition, engine.RecordsGone
		r.add(e)
	}
}

type recollection struct {
	plan   *engine.Plan
	kinds  *engine.Kinds
	tasks  map[string]*engine.Task
	place  map[string]int     // of a task in the plan
	last   map[string]attempt // by task, of those with a record of their own
	done   map[string]bool    // tasks of which a receipt says so
	events []engine.Event
}

// attempt is the last one of a task that left a record; open is one whose outcome is not known from it. With redone an earlier
// one of them was done.
type attempt struct {
	number       int
	epoch        int64
	open, redone bool
}

func (r *recollection) add(e engine.Event) { r.insert(len(r.events), e) }

func (r *recollection) insert(at int, e engine.Event) {
	e.Run = r.plan.Run
	if e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	r.events = slices.Insert(r.events, at, e)
}

// put adds what no receipt tells where it came: before all that began on that node under this epoch, or a later one, and stands
// behind it in the plan. The promise that came last counts.
func (r *recollection) put(e engine.Event, epoch int64) {
	at := slices.IndexFunc(r.events, func(o engine.Event) bool {
		return o.Type == engine.EventBegin && o.Node == e.Node && o.Epoch >= epoch && r.place[o.Task] > r.place[e.Task]
	})
	if at < 0 {
		at = len(r.events)
	}
	r.insert(at, e)
}

// node recalls a node's attempts in the order in which they ended, the open ones where they stand. What a later attempt followed was
// settled before that one began.
func (r *recollection) node(s engine.NodeState) {
	var ended []*engine.Receipt
	open := slices.Concat(s.Intents, s.Alive)
	for _, t := range s.Tasks {
		if t.Receipt != nil {
			ended = append(ended, t.Receipt)
		}
	}
	r.inOrder(ended)
	for _, rec := range ended {
		if t := r.tasks[rec.Task]; t != nil {
			r.add(r.begin(t, rec.TaskRef, rec.Began))
			r.end(t, rec)
		}
	}
	slices.SortStableFunc(open, func(a, b engine.TaskRef) int { return cmp.Compare(a.Attempt, b.Attempt) })
	for _, ref := range open {
		if t := r.tasks[ref.Task]; t != nil && ref.Attempt >= r.last[ref.Task].number {
			r.put(r.begin(t, ref, time.Time{}), ref.Epoch)
		}
	}
}

// inOrder sorts receipts of one node as they came. The node's clock may have been set back since, so it is asked only within an
// epoch in which something was done again; else a node's tasks end in the order of the plan.
func (r *recollection) inOrder(receipts []*engine.Receipt) {
	type once struct {
		epoch int64
		task  string
	}
	done, repeated := map[once]bool{}, map[int64]bool{}
	for _, rec := range receipts {
		if key := (once{rec.Epoch, rec.Task}); rec.Outcome == engine.Done {
			repeated[rec.Epoch] = repeated[rec.Epoch] || done[key]
			done[key] = true
		}
	}
	slices.SortFunc(receipts, func(a, b *engine.Receipt) int {
		order := cmp.Compare(a.Epoch, b.Epoch)
		switch {
		case order != 0 || a.Task == b.Task:
			return cmp.Or(order, cmp.Compare(a.Attempt, b.Attempt))
		case repeated[a.Epoch]:
			return a.Ended.Compare(b.Ended)
		}
		return cmp.Compare(r.place[a.Task], r.place[b.Task])
	})
}

// begin notes an attempt as the last one of its task, and tells that it began.
func (r *recollection) begin(t *engine.Task, ref engine.TaskRef, at time.Time) engine.Event {
	r.last[t.ID] = attempt{ref.Attempt, ref.Epoch, true, r.done[t.ID]}
	return engine.Event{
		Type: engine.EventBegin, Time: at, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: ref.Attempt, Digest: t.Digest, Epoch: ref.Epoch,
	}
}

func (r *recollection) end(t *engine.Task, rec *engine.Receipt) {
	e := engine.Event{
		Type: engine.EventEnd, Time: rec.Ended, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: rec.Attempt, Digest: rec.Digest,
		Outcome: rec.Outcome, Changed: rec.Changed, Sign: rec.Change.Sign, Class: rec.Class, Message: cmp.Or(rec.Message, rec.Note),
		Next: rec.Next, Exit: rec.Exit, Out: rec.Out, Seconds: rec.Ended.Sub(rec.Began).Seconds(), Reason: "from the node",
	}
	if rec.Outcome == engine.Done {
		r.done[t.ID] = true
		e.Will = engine.Promised(t.Change, rec.Change)
	}
	r.last[t.ID] = attempt{rec.Attempt, rec.Epoch, rec.Outcome == engine.Unknown, r.done[t.ID]}
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
// later epoch, or of a task that was done before: it may have been begun again since, as its promise was broken; and a stage
// that may pass with failures does not tell which tasks those are.
func (r *recollection) passed(s *engine.PlannedStage, b engine.Barrier) {
	for _, t := range s.Tasks {
		last, began := r.last[t.ID]
		if began && (!last.open || last.epoch > b.Epoch || last.redone || s.Strategy.MaxFailures > 0) {
			continue
		}
		e := engine.Event{
			Type: engine.EventEnd, Stage: t.Stage, Task: t.ID, Node: t.Node, Kind: t.Kind, Attempt: last.number, Digest: t.Digest, Outcome: engine.Done,
			Out: b.Outputs[t.Node][t.Name()], Will: t.Change.Will, Reason: "from the barrier",
		}
		if k := r.kinds.Get(t.Kind); t.Skip != "" || (!began && k != nil && k.Out != nil && len(e.Out) == 0) {
			e.Outcome, e.Will = engine.Skipped, nil
		}
		r.put(e, b.Epoch)
	}
	r.add(engine.Event{Type: engine.EventBarrier, Stage: s.ID})
}
