package engine

import "context"

// Node is a live connection to the agent of one node, as the loop sees it. Every call may be repeated: the
// node's own records decide, so a connection redials and asks again without harm. Errors are classed connect,
// auth or host-key when the node was not reached, and precondition when it refused.
type Node interface {
	// State tells what the node knows; run may be "" for the lock alone.
	State(ctx context.Context, run string) (NodeState, error)
	// Keep stores programs of executable kinds, verified; it answers which hashes the node does not have.
	Keep(ctx context.Context, r KeepRequest) (KeepReply, error)
	// Plan plans tasks behind the fence.
	Plan(ctx context.Context, r PlanRequest) (PlanReply, error)
	// Lock locks the node for a run; *Locked says who holds it otherwise.
	Lock(ctx context.Context, r LockRequest) error
	// Unlock releases it.
	Unlock(ctx context.Context, r UnlockRequest) error
	// Store keeps a finished stage.
	Store(ctx context.Context, b Barrier) error
	// Start asks for an attempt: its receipt, or that it lives, is orphaned, or was started now.
	Start(ctx context.Context, s TaskSpec) (TaskState, error)
	// Wait blocks until the attempt has ended or is orphaned, reporting progress.
	Wait(ctx context.Context, ref TaskRef, report func(Progress)) (TaskState, error)
	// Settle kills whatever still lives of an orphaned attempt's session and waits for its end.
	Settle(ctx context.Context, ref TaskRef) error
	// Cancel asks a living task to stop, and ends what a dead one left. The epoch is the node's, as the caller saw it.
	Cancel(ctx context.Context, ref TaskRef) (Cancelled, error)
	// Log reads an attempt's output.
	Log(ctx context.Context, ref TaskRef) ([]byte, error)
	// Close ends the connection; tasks go on.
	Close() error
}

// Locked is the refusal of a node that another run holds.
type Locked struct {
	Node   string
	Record LockRecord
}

// Error names the run, who holds it and since when.
func (l *Locked) Error() string {
	r := l.Record
	return l.Node + ": locked by run " + r.Run + " (" + r.Runbook + "), held by " + r.Holder.User + "@" + r.Holder.Host +
		" since " + r.Holder.Since.UTC().Format("2006-01-02 15:04:05") + "Z"
}
