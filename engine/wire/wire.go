// Package wire holds the messages between controller and agent: one POST per call of engine.Node, JSON both ways,
// over HTTP/2 on the agent's standard input and output.
package wire

import (
	"encoding/json"
	"errors"

	"tidemark/engine"
)

// Version is the version of this protocol; both ends name theirs in the hello line and refuse another.
const Version = 1

// The paths of the calls, one per method of engine.Node.
const (
	PathState  = "/v1/state"  // StateRequest → engine.NodeState
	PathKeep   = "/v1/keep"   // engine.KeepRequest → engine.KeepReply
	PathPlan   = "/v1/plan"   // engine.PlanRequest → engine.PlanReply
	PathLock   = "/v1/lock"   // engine.LockRequest → nothing
	PathUnlock = "/v1/unlock" // engine.UnlockRequest → nothing
	PathStore  = "/v1/store"  // engine.Barrier → nothing
	PathStart  = "/v1/start"  // engine.TaskSpec → engine.TaskState
	PathWait   = "/v1/wait"   // engine.TaskRef → stream of Frame, the last one with Reply (engine.TaskState)
	PathSettle = "/v1/settle" // engine.TaskRef → nothing
	PathCancel = "/v1/cancel" // engine.TaskRef → nothing
	PathLog    = "/v1/log"    // engine.TaskRef → []byte
)

// Hello is the agent's first line, after the marker that the controller chose (login noise is skipped up to it).
type Hello struct {
	Version int    `json:"version"`
	Build   string `json:"build"`
	Root    bool   `json:"root"`
	PID     int    `json:"pid"`
}

// SendRequest is the first line to an agent that sends: what lies at an absolute path.
type SendRequest struct {
	Path string `json:"path"`
}

// StateRequest asks for the state of one run, or of the lock alone.
type StateRequest struct {
	Run string `json:"run"`
}

// Reply is the answer to a call: a value or a failure.
type Reply struct {
	Value   json.RawMessage `json:"value,omitempty"`
	Failure *Failure        `json:"failure,omitempty"`
}

// Failure carries an error with its class over the link.
type Failure struct {
	Class   engine.Class       `json:"class"`
	Message string             `json:"message"`
	Next    string             `json:"next,omitempty"`
	Exit    int                `json:"exit,omitempty"`
	Node    string             `json:"node,omitempty"`
	Locked  *engine.LockRecord `json:"locked,omitempty"`
	// Overtaken marks engine.ErrOvertaken.
	Overtaken bool `json:"overtaken,omitempty"`
}

// Frame is one line of a stream: progress, or the reply that ends it.
type Frame struct {
	Progress *engine.Progress `json:"progress,omitempty"`
	Reply    *Reply           `json:"reply,omitempty"`
}

// Encode makes the reply of a finished call.
func Encode(v any, err error) Reply {
	if err != nil {
		return Reply{Failure: fail(err)}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return Reply{Failure: fail(err)}
	}
	return Reply{Value: raw}
}

func fail(err error) *Failure {
	f := &Failure{Class: engine.ClassOf(err), Message: err.Error(), Next: engine.NextOf(err), Exit: engine.ExitOf(err), Overtaken: errors.Is(err, engine.ErrOvertaken)}
	if l := (*engine.Locked)(nil); errors.As(err, &l) {
		f.Node, f.Locked = l.Node, &l.Record
	}
	return f
}

// Decode reads the value into v (nil ignores it), or returns the failure as the error it was.
func (r Reply) Decode(v any) error {
	switch f := r.Failure; {
	case f != nil && f.Locked != nil:
		return &engine.Locked{Node: f.Node, Record: *f.Locked}
	case f != nil:
		err := &engine.Error{Class: f.Class, Err: errors.New(f.Message), Next: f.Next, Exit: f.Exit}
		if f.Overtaken {
			return engine.Behind(err)
		}
		return err
	case v == nil || len(r.Value) == 0:
		return nil
	}
	return json.Unmarshal(r.Value, v)
}
