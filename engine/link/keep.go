package link

import (
	"context"
	"fmt"
	"time"

	"tidemark/engine"
)

// dialing is one connection being made, shared by all calls that wait for it; it ends with the last of them.
type dialing struct {
	cancel  context.CancelFunc
	waiters int
	done    chan struct{}
	s       *session
	err     error
}

// session is the living session, made where there is none.
func (n *Node) session(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", n.t.Name, context.Cause(ctx))
	}
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil, engine.Failf(engine.ClassCancelled, "%s: the connection was closed", n.t.Name)
	}
	if s := n.current; s != nil && !s.ended(0) {
		n.mu.Unlock()
		return s, nil
	}
	d := n.join()
	n.mu.Unlock()
	select {
	case <-d.done:
		return d.s, d.err
	case <-ctx.Done():
		n.leave(d)
		return nil, fmt.Errorf("%s: not connected: %w", n.t.Name, context.Cause(ctx))
	}
}

func (n *Node) join() *dialing {
	d := n.dialing
	if d == nil {
		ctx, cancel := context.WithCancel(context.Background())
		d = &dialing{cancel: cancel, done: make(chan struct{})}
		n.dialing = d
		n.working.Go(func() { n.dial(ctx, d) })
	}
	d.waiters++
	return d
}

func (n *Node) leave(d *dialing) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if d.waiters--; d.waiters > 0 {
		return
	}
	d.cancel()
	if n.dialing == d {
		n.dialing = nil
	}
}

// dial makes the connection and publishes it, unless everybody left meanwhile.
func (n *Node) dial(ctx context.Context, d *dialing) {
	defer d.cancel()
	defer close(d.done)
	n.mu.Lock()
	old := n.current
	n.mu.Unlock()
	if old != nil {
		_ = n.lost(old)
	}
	s, err := n.redial(ctx)
	n.mu.Lock()
	defer n.mu.Unlock()
	wanted := n.dialing == d && !n.closed
	if n.dialing == d {
		n.dialing = nil
	}
	switch {
	case err != nil:
		d.err = err
	case !wanted:
		s.end()
		d.err = engine.Failf(engine.ClassCancelled, "%s: nobody waits for the connection any more", n.t.Name)
	default:
		n.publish(s)
		d.s = s
	}
}

// publish is called under the lock; a watcher tells the loss at once, though nobody calls just then.
func (n *Node) publish(s *session) {
	if !n.down.IsZero() {
		n.down = time.Time{}
		n.d.o.Notify(n.t.Name, true, nil)
	}
	n.current = s
	n.working.Go(func() {
		<-s.conn.Done()
		_ = n.lost(s)
	})
}

// lost notes and tells, once, that a session died, and returns why.
func (n *Node) lost(s *session) error {
	s.lost.Do(func() {
		n.mu.Lock()
		closed := n.closed
		n.mu.Unlock()
		if closed {
			s.why = engine.Failf(engine.ClassCancelled, "%s: the connection was closed", n.t.Name)
			return
		}
		s.why = s.cause(n.t, n.d.times)
		n.mu.Lock()
		n.down = time.Now()
		n.mu.Unlock()
		n.d.o.Notify(n.t.Name, false, s.why)
	})
	return s.why
}

// redial connects; where a connection stood before, again until GiveUp. What no patience cures ends it at once.
func (n *Node) redial(ctx context.Context) (*session, error) {
	n.mu.Lock()
	down := n.down
	n.mu.Unlock()
	for pause, tries := n.d.times.backoff(), 1; ; tries++ {
		if !down.IsZero() {
			if err := pause.wait(ctx); err != nil {
				return nil, err
			}
		}
		s, err := n.connect(ctx, !down.IsZero())
		if err == nil || down.IsZero() || ctx.Err() != nil || engine.ClassOf(err) != engine.ClassConnect {
			return s, err
		}
		if gone := time.Since(down); gone > n.d.o.GiveUp {
			return nil, engine.WithNext(engine.Failf(engine.ClassConnect, "%s: the connection is lost for %s, %d attempts to regain it were in vain: %w",
				n.t.Name, gone.Round(time.Second), tries, err), "see that "+n.t.Name+" can be reached again; tasks that run there go on")
		}
	}
}

// Close ends the session and what is being dialled, and waits for both; tasks on the node go on.
func (n *Node) Close() error {
	n.mu.Lock()
	n.closed = true
	if n.dialing != nil {
		n.dialing.cancel()
	}
	s := n.current
	n.mu.Unlock()
	if s != nil {
		s.end()
	}
	n.working.Wait()
	return nil
}
