package enginetest

import (
	"context"

	"tidemark/engine"
)

// Nodes are the controller's connections to the fleet; they fail once it is dead.
func (c *Controller) Nodes(f *Fleet, names ...string) map[string]engine.Node {
	out := map[string]engine.Node{}
	for _, n := range names {
		out[n] = &connection{c, f.Node(n)}
	}
	return out
}

// connection is a controller's way to a node. Where the agent dies in a call, the call is made again, as a connection
// that redials does, or fails, as one that has given up.
type connection struct {
	c *Controller
	n *FleetNode
}

func ask[T any](m *connection, do func(engine.Node) (T, error)) (T, error) {
	var none T
	for {
		if m.c.Dead() {
			return none, engine.Fail(engine.ClassConnect, errDead)
		}
		answer, err, died := survive(m.n, do)
		switch {
		case m.c.Dead(), died && m.n.fleet.GiveUp:
			return none, engine.Fail(engine.ClassConnect, errDead)
		case !died:
			return answer, err
		}
	}
}

// survive makes a call and tells whether the agent died in it; another one answers from then on.
func survive[T any](n *FleetNode, do func(engine.Node) (T, error)) (answer T, err error, died bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case errAgentDied:
			died = true
			n.renew()
		default:
			panic(p)
		}
	}()
	answer, err = do(n.Agent())
	return answer, err, false
}

func tell(m *connection, do func(engine.Node) error) error {
	_, err := ask(m, func(n engine.Node) (struct{}, error) { return struct{}{}, do(n) })
	return err
}

func (m *connection) State(ctx context.Context, run string) (engine.NodeState, error) {
	return ask(m, func(n engine.Node) (engine.NodeState, error) { return n.State(ctx, run) })
}

func (m *connection) Keep(ctx context.Context, r engine.KeepRequest) (engine.KeepReply, error) {
	return ask(m, func(n engine.Node) (engine.KeepReply, error) { return n.Keep(ctx, r) })
}

func (m *connection) Plan(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	return ask(m, func(n engine.Node) (engine.PlanReply, error) { return n.Plan(ctx, r) })
}

func (m *connection) Lock(ctx context.Context, r engine.LockRequest) error {
	return tell(m, func(n engine.Node) error { return n.Lock(ctx, r) })
}

func (m *connection) Unlock(ctx context.Context, r engine.UnlockRequest) error {
	return tell(m, func(n engine.Node) error { return n.Unlock(ctx, r) })
}

func (m *connection) Store(ctx context.Context, b engine.Barrier) error {
	return tell(m, func(n engine.Node) error { return n.Store(ctx, b) })
}

func (m *connection) Start(ctx context.Context, s engine.TaskSpec) (engine.TaskState, error) {
	return ask(m, func(n engine.Node) (engine.TaskState, error) { return n.Start(ctx, s) })
}

func (m *connection) Wait(ctx context.Context, ref engine.TaskRef, report func(engine.Progress)) (engine.TaskState, error) {
	return ask(m, func(n engine.Node) (engine.TaskState, error) { return n.Wait(ctx, ref, report) })
}

func (m *connection) Settle(ctx context.Context, ref engine.TaskRef) error {
	return tell(m, func(n engine.Node) error { return n.Settle(ctx, ref) })
}

func (m *connection) Cancel(ctx context.Context, ref engine.TaskRef) (engine.Cancelled, error) {
	return ask(m, func(n engine.Node) (engine.Cancelled, error) { return n.Cancel(ctx, ref) })
}

func (m *connection) Log(ctx context.Context, ref engine.TaskRef) ([]byte, error) {
	return ask(m, func(n engine.Node) ([]byte, error) { return n.Log(ctx, ref) })
}

func (m *connection) Close() error { return nil }
