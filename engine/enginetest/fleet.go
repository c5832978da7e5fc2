package enginetest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"tidemark/engine"
	"tidemark/engine/agent"
)

// errDead is what a dead controller hears of everything.
var errDead = errors.New("the controller is dead")

// Fleet is a site in memory: real agents on temporary directories, whose tasks are goroutines of the test.
type Fleet struct {
	T     testing.TB
	Kinds *engine.Kinds
	nodes map[string]*FleetNode
}

// NewFleet makes a fleet of the kinds.
func NewFleet(t testing.TB, kinds *engine.Kinds) *Fleet {
	return &Fleet{T: t, Kinds: kinds, nodes: map[string]*FleetNode{}}
}

// FleetNode is one node of a fleet.
type FleetNode struct {
	Name   string
	Ground engine.Ground
	// KillAt ends the task (or the agent's call) that writes the durable record with this number; 0 never.
	KillAt int

	fleet   *Fleet
	agent   *agent.Agent
	mu      sync.Mutex
	records int
	tasks   sync.WaitGroup
}

// Node is the node called name, made on first use.
func (f *Fleet) Node(name string) *FleetNode {
	if n := f.nodes[name]; n != nil {
		return n
	}
	n := &FleetNode{Name: name, fleet: f, Ground: &Ground{Dir: f.T.TempDir()}}
	a, err := agent.New(agent.Options{
		Dir: filepath.Join(f.T.TempDir(), "node"), Node: name, Build: "test",
		Launch: n.launch, PlanWith: n.plan,
	})
	if err != nil {
		f.T.Fatal(err)
	}
	n.agent = a
	f.nodes[name] = n
	return n
}

// Agent is the node's agent, without any controller in between.
func (n *FleetNode) Agent() engine.Node { return n.agent }

// Records is how many durable records tasks wrote on the node so far.
func (n *FleetNode) Records() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.records
}

// Idle waits until no task of the node lives.
func (n *FleetNode) Idle() { n.tasks.Wait() }

// written counts a durable record and ends the goroutine that wrote the one of KillAt, as kill -9 would.
func (n *FleetNode) written(string) {
	n.mu.Lock()
	n.records++
	hit := n.records == n.KillAt
	n.mu.Unlock()
	if hit {
		runtime.Goexit()
	}
}

func (n *FleetNode) launch(spec engine.TaskSpec, dir string, lock *os.File) error {
	fd, err := syscall.Dup(int(lock.Fd()))
	if err != nil {
		return err
	}
	held := os.NewFile(uintptr(fd), "lock")
	n.tasks.Go(func() {
		defer held.Close()
		e := &agent.Execution{
			Kinds: n.fleet.Kinds, Ground: n.Ground, Spec: spec, Log: io.Discard, AfterWrite: n.written,
			Self: func() (agent.Process, error) { return agent.Process{PID: 1 << 30, Boot: "test"}, nil },
		}
		_ = e.Run(context.Background(), dir)
	})
	return nil
}

func (n *FleetNode) plan(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	return agent.PlanTasks(ctx, n.fleet.Kinds, n.Ground, r), nil
}
