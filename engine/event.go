package engine

import (
	"encoding/json"
	"time"
)

// EventType names what happened.
type EventType string

// The events of a run, in the order in which they usually come.
const (
	EventCreated  EventType = "created"  // the run's directory holds the plan
	EventLocked   EventType = "locked"   // every node is held, with Epoch
	EventVerified EventType = "verified" // the facts of the plan hold under the lock
	EventResumed  EventType = "resumed"
	EventStage    EventType = "stage"
	EventBegin    EventType = "begin" // on disk before the node is asked to start
	EventProgress EventType = "progress"
	EventEnd      EventType = "end"
	EventSettled  EventType = "settled" // an unknown outcome was cleared up; Reason says how
	EventRetry    EventType = "retry"
	EventInvalid  EventType = "invalid" // a done task whose promise no longer holds
	EventLost     EventType = "lost"    // the connection to a node; tasks go on there
	EventBack     EventType = "back"
	// EventForgotten: Node lost records of the run; what had begun there stands before it as unknown.
	EventForgotten EventType = "forgotten"
	EventBarrier   EventType = "barrier"  // every node passed the stage; its outputs are on all nodes
	EventCancel    EventType = "cancel"   // a person had a living attempt ended while no process drove the run
	EventDeadline  EventType = "deadline" // the runbook's deadline, Seconds, is over: nothing new starts
	EventClosed    EventType = "closed"   // Reason: how it ended, see State.Closed
	EventNote      EventType = "note"
)

// Event is one thing that happened in a run: what journal, views and reports are made from.
type Event struct {
	Seq   int64     `json:"seq"`
	Time  time.Time `json:"time"`
	Type  EventType `json:"type"`
	Run   string    `json:"run,omitempty"`
	Stage string    `json:"stage,omitempty"`
	Task  string    `json:"task,omitempty"`
	Node  string    `json:"node,omitempty"`
	Kind  string    `json:"kind,omitempty"`
	// Attempt counts from 1; Digest is that of the task's resolved arguments.
	Attempt int    `json:"attempt,omitempty"`
	Digest  string `json:"digest,omitempty"`
	// Outcome to Next are of a task's end, Sign and Changed of what it found and did.
	Outcome Outcome `json:"outcome,omitempty"`
	Changed bool    `json:"changed,omitempty"`
	Sign    Sign    `json:"sign,omitempty"`
	Class   Class   `json:"class,omitempty"`
	Exit    int     `json:"exit,omitempty"`
	Message string  `json:"message,omitempty"`
	Next    string  `json:"next,omitempty"`
	// Reason is why: of a retry, a settling, an invalid task, a close.
	Reason string `json:"reason,omitempty"`
	// Manual is of an outcome that stays unknown until a person settles it.
	Manual bool  `json:"manual,omitempty"`
	Epoch  int64 `json:"epoch,omitempty"`
	// Seconds is how long the attempt took, or a retry waits.
	Seconds float64         `json:"seconds,omitempty"`
	Out     json.RawMessage `json:"out,omitempty"`
	Will    []Fact          `json:"will,omitempty"`
	// Done of Total, bytes or items, is how far a living task is; Total 0 is not known.
	Done  int64 `json:"done,omitempty"`
	Total int64 `json:"total,omitempty"`
}

// Durable tells whether the event must be on disk before Append returns. The end of a done task goes there with the
// next durable event: whatever depends on it begins with one, and until then the node has the receipt.
func (e Event) Durable() bool {
	switch e.Type {
	case EventProgress, EventNote, EventStage:
		return false
	case EventEnd:
		return e.Outcome != Done && e.Outcome != Skipped
	}
	return true
}

// Journal is the run's record. Append returns after a durable event is on disk; progress is not kept.
type Journal interface {
	Append(e *Event) error
}
