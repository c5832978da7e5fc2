package engine

import "sync"

// latch is shut once and for all; its zero value is open. Any goroutine may use it.
type latch struct {
	made, once sync.Once
	c          chan struct{}
}

// gone is closed when the latch is shut.
func (l *latch) gone() <-chan struct{} {
	l.made.Do(func() { l.c = make(chan struct{}) })
	return l.c
}

func (l *latch) shut() {
	l.gone()
	l.once.Do(func() { close(l.c) })
}

func (l *latch) isShut() bool {
	select {
	case <-l.gone():
		return true
	default:
		return false
	}
}
