package enginetest

import (
	"context"
	"sync"

	"tidemark/engine"
)

// Controller is one life of a controller: its journal and its connections end together when it dies, at the
// moment an event with the number of DieAt would be written (0: it lives).
type Controller struct {
	DieAt  int
	Events []engine.Event

	mu   sync.Mutex
	dead bool
	once sync.Once
	end  func()
}

// Append keeps the event, or dies.
func (c *Controller) Append(e *engine.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Type == engine.EventProgress {
		return nil
	}
	if c.dead || (c.DieAt > 0 && len(c.Events) >= c.DieAt) {
		c.die()
		return errDead
	}
	e.Seq = int64(len(c.Events) + 1)
	c.Events = append(c.Events, *e)
	return nil
}

// Kill ends the controller now.
func (c *Controller) Kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.die()
}

func (c *Controller) die() {
	c.dead = true
	if c.end != nil {
		c.once.Do(c.end)
	}
}

// Dead tells whether the controller died.
func (c *Controller) Dead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// Nodes are the controller's connections to the fleet; they fail once it is dead.
func (c *Controller) Nodes(f *Fleet, names ...string) map[string]engine.Node {
	out := map[string]engine.Node{}
	for _, n := range names {
		out[n] = &mortal{c, f.Node(n).agent}
	}
	return out
}

// OnDeath is called once when the controller dies.
func (c *Controller) OnDeath(end func()) { c.end = end }

// mortal passes calls on while the controller lives.
type mortal struct {
	c *Controller
	n engine.Node
}

func (m *mortal) err() error {
	if m.c.Dead() {
		return engine.Fail(engine.ClassConnect, errDead)
	}
	return nil
}

func (m *mortal) State(ctx context.Context, run string) (engine.NodeState, error) {
	if err := m.err(); err != nil {
		return engine.NodeState{}, err
	}
	return m.n.State(ctx, run)
}

func (m *mortal) Keep(ctx context.Context, r engine.KeepRequest) (engine.KeepReply, error) {
	if err := m.err(); err != nil {
		return engine.KeepReply{}, err
	}
	return m.n.Keep(ctx, r)
}

func (m *mortal) Plan(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	if err := m.err(); err != nil {
		return engine.PlanReply{}, err
	}
	return m.n.Plan(ctx, r)
}

func (m *mortal) Lock(ctx context.Context, r engine.LockRequest) error {
	if err := m.err(); err != nil {
		return err
	}
	return m.n.Lock(ctx, r)
}

func (m *mortal) Unlock(ctx context.Context, r engine.UnlockRequest) error {
	if err := m.err(); err != nil {
		return err
	}
	return m.n.Unlock(ctx, r)
}

func (m *mortal) Store(ctx context.Context, b engine.Barrier) error {
	if err := m.err(); err != nil {
		return err
	}
	return m.n.Store(ctx, b)
}

func (m *mortal) Start(ctx context.Context, s engine.TaskSpec) (engine.TaskState, error) {
	if err := m.err(); err != nil {
		return engine.TaskState{}, err
	}
	return m.n.Start(ctx, s)
}

func (m *mortal) Wait(ctx context.Context, ref engine.TaskRef, report func(engine.Progress)) (engine.TaskState, error) {
	if err := m.err(); err != nil {
		return engine.TaskState{}, err
	}
	s, err := m.n.Wait(ctx, ref, report)
	if dead := m.err(); dead != nil {
		return engine.TaskState{}, dead
	}
	return s, err
}

func (m *mortal) Settle(ctx context.Context, ref engine.TaskRef) error {
	if err := m.err(); err != nil {
		return err
	}
	return m.n.Settle(ctx, ref)
}

func (m *mortal) Cancel(ctx context.Context, ref engine.TaskRef) error {
	if err := m.err(); err != nil {
		return err
	}
	return m.n.Cancel(ctx, ref)
}

func (m *mortal) Log(ctx context.Context, ref engine.TaskRef) ([]byte, error) {
	if err := m.err(); err != nil {
		return nil, err
	}
	return m.n.Log(ctx, ref)
}

func (m *mortal) Close() error { return nil }
