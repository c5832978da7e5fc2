package link

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff waits longer from attempt to attempt, up to a maximum, with jitter: forty nodes that lost one switch
// must not come back in step.
type backoff struct{ next, max time.Duration }

func (t timing) backoff() *backoff { return &backoff{t.first, t.max} }

// wait sleeps for the next wait, between half of it and the whole.
func (b *backoff) wait(ctx context.Context) error {
	d := b.next/2 + rand.N(b.next/2+1)
	b.next = min(2*b.next, b.max)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take takes a slot; the function gives it back.
func take(ctx context.Context, slots chan struct{}) (func(), error) {
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
