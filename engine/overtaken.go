package engine

import (
	"errors"
	"fmt"
	"slices"
)

// ErrOvertaken marks the refusal of a record that does not know what the nodes know. The run itself goes on elsewhere, or
// from the nodes' records.
var ErrOvertaken = errors.New("the record of the run is overtaken")

// Overtaken tells whether a node has work of the run that the record cannot know: it began under a later epoch, or where,
// by the record, nothing had begun yet.
func Overtaken(s *State, node NodeState) bool {
	if !s.Verified && node.Began() {
		return true
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

// ClosedElsewhere is how another controller closed the run on a node since the record was written; "" if none did.
func ClosedElsewhere(s *State, node NodeState) string {
	if c := node.Closed; c != nil && c.Epoch > s.Epoch && c.Closed != ClosedNotBegun {
		return c.Closed
	}
	return ""
}

// upToDate refuses to go on from a record that another controller's work has overtaken: what it calls not begun may
// be done, and what it calls done may have been followed by more.
func (x *Executor) upToDate(states []NodeState) error {
	for i, s := range states {
		if reason := ClosedElsewhere(x.State, s); reason != "" {
			err := Failf(ClassPrecondition, "%s: run %s was closed (%s) by another controller since this record was written", x.holds()[i], x.Plan.Run, reason)
			return errors.Join(err, x.emit(Event{Type: EventClosed, Reason: reason, Message: "by another controller"}))
		}
	}
	for i, s := range states {
		if Overtaken(x.State, s) {
			return x.overtaken(x.holds()[i])
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
	return WithNext(behind{err}, fmt.Sprintf("go on there, or take it back: tidemark resume --adopt %s %s", node, x.Plan.Run))
}

type behind struct{ error }

func (b behind) Unwrap() []error { return []error{b.error, ErrOvertaken} }
