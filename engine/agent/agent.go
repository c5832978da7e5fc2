// Package agent is what answers on a node: it locks the node for one run, starts tasks as processes of their own,
// tells how they stand from the records they leave, and plans behind the fence of the dry run. It keeps nothing
// in memory that a later session would need.
package agent

import (
	"context"
	"os"
	"sync"

	"tidemark/engine"
)

// Options are what an agent is made from.
type Options struct {
	// Dir is the node's state directory.
	Dir  string
	Node string
	// Build is the build id that State reports.
	Build string
	// Launch starts a task that holds lock for life; nil starts processes of this program.
	Launch func(spec engine.TaskSpec, dir string, lock *os.File) error
	// PlanWith plans; nil starts the fenced child process.
	PlanWith func(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error)
	// Netns is the network namespace of Cassandra; "" is the machine's own.
	Netns string
	// Swaps lists the runs whose exchange of files is half-way on this node; nil is none. While there is one, nobody may
	// drop the node's lock by force, and no run but that one and its undo gets the lock.
	Swaps func() ([]string, error)
	// AfterWrite is told of every durable record; tests end the agent there.
	AfterWrite func(path string)
	// Sync, where set, takes the place of the system's for records; tests remember there what is on disk.
	Sync func(*os.File) error
}

// Agent answers for one node; it implements engine.Node.
type Agent struct {
	o     Options
	store store
	mu    sync.Mutex // one change of the node's records at a time in this process; lockFile between processes
	// children tells Wait at once when a task's process of this session ends; the records stay the truth.
	children children
	hands    hands
	prepare  func() // makes the next start quick
}

// New opens the node's state. It changes nothing there: the first record makes the directory.
func New(o Options) (*Agent, error) {
	a := &Agent{o: o, store: store{durable{o.AfterWrite, o.Sync}, o.Dir}, prepare: func() {}}
	if a.o.Launch == nil {
		a.o.Launch, a.prepare = a.launch, a.hands.prepare
	}
	if a.o.PlanWith == nil {
		a.o.PlanWith = a.planFenced
	}
	return a, a.store.open()
}

// Plan plans behind the fence.
func (a *Agent) Plan(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	return a.o.PlanWith(ctx, r)
}

// Close ends the process that waits for a task; tasks go on, and a later session finds everything on disk.
func (a *Agent) Close() error {
	a.hands.close()
	return nil
}
