package agent

import "sync"

// children are the tasks' processes that this session started and that still live, by the attempt's directory.
type children struct {
	mu   sync.Mutex
	live map[string]<-chan struct{}
}

// born notes a process until it has ended.
func (c *children) born(dir string, ended <-chan struct{}) {
	c.mu.Lock()
	if c.live == nil {
		c.live = map[string]<-chan struct{}{}
	}
	c.live[dir] = ended
	c.mu.Unlock()
	go func() {
		<-ended
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.live, dir)
	}()
}

// gone is closed when the attempt's process ends; nil where this session has no such process.
func (c *children) gone(dir string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live[dir]
}
