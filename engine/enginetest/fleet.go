package enginetest

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"tidemark/engine"
	"tidemark/engine/agent"
)

// errDead is what a dead controller hears of everything, and a living one of an agent that died in a call.
var errDead = errors.New("dead")

var errAgentDied = errors.New("the agent died behind a durable record")

// Fleet is a site in memory: real agents on temporary directories, whose tasks are goroutines of the test.
type Fleet struct {
	T     testing.TB
	Kinds *engine.Kinds
	// GiveUp lets a call fail in which the agent died; else it is made again, of the next agent.
	GiveUp bool
	nodes  map[string]*FleetNode
}

// NewFleet makes a fleet of the kinds.
func NewFleet(t testing.TB, kinds *engine.Kinds) *Fleet {
	return &Fleet{T: t, Kinds: kinds, nodes: map[string]*FleetNode{}}
}

// FleetNode is one node of a fleet.
type FleetNode struct {
	Name   string
	Ground engine.Ground
	// KillAt ends the task, or the agent in its call, that has written the durable record with this number; 0 never.
	KillAt int
	// KillOn ends the first one that has written such a record; nil none.
	KillOn func(path string) bool

	fleet   *Fleet
	dir     string
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
	n := &FleetNode{Name: name, fleet: f, dir: filepath.Join(quickDir(f.T), "node"), Ground: &Ground{Dir: f.T.TempDir()}}
	n.renew()
	n.records = 0
	f.nodes[name] = n
	return n
}

// quickDir is a directory in memory where the machine has one: a story writes thousands of records, each of which waits
// for the disk.
func quickDir(t testing.TB) string {
	const memory = "/dev/shm"
	dir, err := os.MkdirTemp(memory, "fleet-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// renew lets a new agent answer, from what lies on disk.
func (n *FleetNode) renew() {
	a, err := agent.New(agent.Options{
		Dir: n.dir, Node: n.Name, Build: "test", Launch: n.launch, PlanWith: n.plan,
		AfterWrite: func(path string) {
			if n.written(path) {
				panic(errAgentDied)
			}
		},
	})
	if err != nil {
		n.fleet.T.Fatal(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.agent = a
}

// Wipe takes all that the node knows, as a new disk would; the agent on it is a new one.
func (n *FleetNode) Wipe() {
	if err := os.RemoveAll(n.dir); err != nil {
		n.fleet.T.Fatal(err)
	}
	n.renew()
}

// Image keeps what is on the node's disk; the function that it gives puts that back in place of what is there then.
func (n *FleetNode) Image() (putBack func()) {
	image := filepath.Join(n.fleet.T.TempDir(), "image")
	if err := os.CopyFS(image, os.DirFS(n.dir)); err != nil {
		n.fleet.T.Fatal(err)
	}
	return func() {
		if err := errors.Join(os.RemoveAll(n.dir), os.CopyFS(n.dir, os.DirFS(image))); err != nil {
			n.fleet.T.Fatal(err)
		}
		n.renew()
	}
}

// Lose takes the records of these tasks of all runs, as an older image of the disk would.
func (n *FleetNode) Lose(tasks ...string) {
	for _, id := range tasks {
		found, err := filepath.Glob(filepath.Join(n.dir, "runs", "*", "tasks", url.PathEscape(id)))
		for _, dir := range found {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		if err != nil || len(found) == 0 {
			n.fleet.T.Fatalf("records of %s: %v %v", id, found, err)
		}
	}
	n.renew()
}

// Agent is the node's agent, without any controller in between.
func (n *FleetNode) Agent() engine.Node {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.agent
}

// Records is how many durable records tasks and the agent wrote on the node so far.
func (n *FleetNode) Records() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.records
}

// Idle waits until no task of the node lives.
func (n *FleetNode) Idle() { n.tasks.Wait() }

// written counts a durable record and tells whether its writer ends there, as by kill -9.
func (n *FleetNode) written(path string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records++
	if n.KillOn != nil && n.KillOn(path) {
		n.KillOn = nil
		return true
	}
	return n.records == n.KillAt
}

// taskWrote ends the goroutine of the task.
func (n *FleetNode) taskWrote(path string) {
	if n.written(path) {
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
			Kinds: n.fleet.Kinds, Ground: n.Ground, Spec: spec, Log: io.Discard, AfterWrite: n.taskWrote,
			Self: func() (agent.Process, error) { return agent.Process{PID: 1 << 30, Boot: "test"}, nil },
		}
		_ = e.Run(context.Background(), dir)
	})
	return nil
}

func (n *FleetNode) plan(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	return agent.PlanTasks(ctx, n.fleet.Kinds, n.Ground, n.dir, r), nil
}
