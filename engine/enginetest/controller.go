package enginetest

import (
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

// OnDeath is called once when the controller dies.
func (c *Controller) OnDeath(end func()) { c.end = end }
