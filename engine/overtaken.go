package engine

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ErrOvertaken marks the refusal of a record that does not know what the nodes know. The run itself goes on elsewhere, or
// from the nodes' records.
var ErrOvertaken = errors.New("the record of the run is overtaken")

// Overtaken tells whether a node has work of the run that the record cannot know: it began under a later epoch, or where,
// by the record, nothing had begun yet. What the controller's own agent alone began, in a first stage there, may be unknown:
// that agent is no other controller, it changed no node, and the facts are looked at before anything does.
func Overtaken(s *State, name string, node NodeState) bool {
	if !s.Verified {
		return name != ControllerNode && node.Began()
	}
	for _, t := range node.Tasks {
		if t.Receipt != nil && t.Receipt.Epoch > s.Epoch {
			return true
		}
	}
	for _, b := range node.Barriers {
		if b.Epoch > s.Epoch {
			return true
		}
	}
	later := func(r TaskRef) bool { return r.Epoch > s.Epoch }
	return slices.ContainsFunc(node.Intents, later) || slices.ContainsFunc(node.Alive, later)
}

// Began tells whether any task of the run that was asked for began on the node: then the facts of the plan had been looked
// at under the lock.
func (s NodeState) Began() bool {
	return len(s.Tasks)+len(s.Intents)+len(s.Alive)+len(s.Barriers) > 0
}

// ByAnother is in a record the one who closed the run where that was another controller: what the record has of the tasks is
// older than the end.
const ByAnother = "by another controller"

// ClosedElsewhere is how another controller closed the run since the record was written, by what its nodes know; "" if none
// did, or where a node is still locked by the run: then the close was cut short.
func ClosedElsewhere(run string, s *State, nodes map[string]NodeState) (reason string) {
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		n := nodes[name]
		if l := n.Lock; l != nil && l.Run == run && name != ControllerNode { // a controller's own agent is no other's to release
			return ""
		}
		if c := n.Closed; c != nil && c.Epoch > s.Epoch && c.Closed != ClosedNotBegun {
			reason = cmp.Or(reason, c.Closed)
		}
	}
	return reason
}

// upToDate refuses to go on from a record that another controller's work has overtaken: what it calls not begun may
// be done, and what it calls done may have been followed by more.
func (x *Executor) upToDate(states map[string]NodeState) error {
	if reason := ClosedElsewhere(x.Plan.Run, x.State, states); reason != "" {
		err := Failf(ClassPrecondition, "run %s was closed (%s) by another controller since this record was written", x.Plan.Run, reason)
		return errors.Join(err, x.emit(Event{Type: EventClosed, Reason: reason, Message: ByAnother}))
	}
	for _, name := range x.holds() {
		if Overtaken(x.State, name, states[name]) {
			return x.overtaken(name)
		}
	}
	return nil
}

// overtaken leaves the run as it is: nothing is locked, nothing closed.
func (x *Executor) overtaken(node string) error {
	err := Failf(ClassPrecondition, "%s: another controller took run %s over and has worked since this record was written", node, x.Plan.Run)
	if !x.State.Verified {
		err = Failf(ClassPrecondition, "%s: tasks of run %s began there, and this record knows of none: it was cut short, or another controller works on; the run stays open", node, x.Plan.Run)
	}
	return TakenOver(err, node, x.Plan.Run)
}

// TakenOver marks err, by which a node does not know the run's record any more, with ErrOvertaken and the way on.
func TakenOver(err error, node, run string) error {
	return WithNext(Behind(err), fmt.Sprintf("go on there, or take it back: tidemark resume --adopt %s %s", node, run))
}

// Behind marks err with ErrOvertaken and keeps its words and its class.
func Behind(err error) error {
	return &Error{Class: ClassOf(err), Err: behind{err}, Next: NextOf(err), Exit: ExitOf(err)}
}

type behind struct{ error }

func (b behind) Unwrap() []error { return []error{b.error, ErrOvertaken} }
