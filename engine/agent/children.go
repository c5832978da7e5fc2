package agent

import "sync"

// children are the tasks' processes that this session started and that still live, by the attempt's directory.
type children struct {
	mu   sync.Mutex
	live map[string]chan struct{}
}

// born notes a process; the caller calls what it returns once the process has ended.
func (c *children) born(dir string) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == nil {
		c.live = map[string]chan struct{}{}
	}
	gone := make(chan struct{})
	c.live[dir] = gone
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.live, dir)
		close(gone)
	}
}

// gone is closed when the attempt's process ends; nil where this session has no such process.
func (c *children) gone(dir string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live[dir]
}
