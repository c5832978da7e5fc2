package link

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"tidemark/engine"
	"tidemark/engine/wire"
)

// Node is the connection to one node; many goroutines may call it.
type Node struct {
	d *Dialer
	t Target

	mu      sync.Mutex
	current *session
	dialing *dialing
	down    time.Time // since when a connection that stood is lost; zero while none was lost
	sent    binary    // what the node of another architecture runs
	closed  bool
	working sync.WaitGroup
}

var _ engine.Node = (*Node)(nil)

// State tells what the node knows; run may be "" for the lock alone.
func (n *Node) State(ctx context.Context, run string) (s engine.NodeState, err error) {
	err = n.ask(ctx, wire.PathState, wire.StateRequest{Run: run}, reply(&s))
	return s, err
}

// Keep stores programs of executable kinds.
func (n *Node) Keep(ctx context.Context, r engine.KeepRequest) (k engine.KeepReply, err error) {
	err = n.ask(ctx, wire.PathKeep, r, reply(&k))
	return k, err
}

// Plan plans tasks behind the fence.
func (n *Node) Plan(ctx context.Context, r engine.PlanRequest) (p engine.PlanReply, err error) {
	err = n.ask(ctx, wire.PathPlan, r, reply(&p))
	return p, err
}

// Lock locks the node for a run; *engine.Locked says who holds it otherwise.
func (n *Node) Lock(ctx context.Context, r engine.LockRequest) error {
	return n.ask(ctx, wire.PathLock, r, reply(nil))
}

// Unlock releases it.
func (n *Node) Unlock(ctx context.Context, r engine.UnlockRequest) error {
	return n.ask(ctx, wire.PathUnlock, r, reply(nil))
}

// Store keeps a finished stage.
func (n *Node) Store(ctx context.Context, b engine.Barrier) error {
	return n.ask(ctx, wire.PathStore, b, reply(nil))
}

// Start asks for an attempt.
func (n *Node) Start(ctx context.Context, spec engine.TaskSpec) (s engine.TaskState, err error) {
	err = n.ask(ctx, wire.PathStart, spec, reply(&s))
	return s, err
}

// Wait blocks until the attempt has ended or is orphaned; after a lost connection it goes on waiting.
func (n *Node) Wait(ctx context.Context, ref engine.TaskRef, report func(engine.Progress)) (s engine.TaskState, err error) {
	err = n.ask(ctx, wire.PathWait, ref, frames(&s, report))
	return s, err
}

// Settle ends what still lives of an orphaned attempt.
func (n *Node) Settle(ctx context.Context, ref engine.TaskRef) error {
	return n.ask(ctx, wire.PathSettle, ref, reply(nil))
}

// Cancel asks a living task to stop, and ends what a dead one left.
func (n *Node) Cancel(ctx context.Context, ref engine.TaskRef) (c engine.Cancelled, err error) {
	err = n.ask(ctx, wire.PathCancel, ref, reply(&c))
	return c, err
}

// Log reads an attempt's output.
func (n *Node) Log(ctx context.Context, ref engine.TaskRef) (log []byte, err error) {
	err = n.ask(ctx, wire.PathLog, ref, reply(&log))
	return log, err
}

// reply reads the one answer of a call into v.
func reply(v any) func(io.Reader) error {
	return func(r io.Reader) error {
		var answer wire.Reply
		if err := json.NewDecoder(r).Decode(&answer); err != nil {
			return &broken{whole(err)}
		}
		return answer.Decode(v)
	}
}

// frames reads a stream of progress up to the reply that ends it.
func frames(v any, report func(engine.Progress)) func(io.Reader) error {
	return func(r io.Reader) error {
		for d := json.NewDecoder(r); ; {
			var f wire.Frame
			if err := d.Decode(&f); err != nil {
				return &broken{whole(err)}
			}
			if f.Progress != nil && report != nil {
				report(*f.Progress)
			}
			if f.Reply != nil {
				return f.Reply.Decode(v)
			}
		}
	}
}

// whole names an answer that ended early; a plain io.EOF would say nothing.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
