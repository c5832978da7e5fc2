package cassandra

import (
	"context"
	"time"
)

// batch is how many rows are read between two rests, longest how long a rest is at most.
const (
	batch   = 2000
	longest = 200 * time.Millisecond
)

// rest slows a long reading down: after each batch it pauses as long as the batch took, so that counting asks for no
// more than half of what one reader gets from a server that serves others meanwhile.
type rest struct {
	ctx  context.Context
	rows int
	last time.Time
}

func newRest(ctx context.Context) *rest { return &rest{ctx: ctx, last: time.Now()} }

// row notes one row more and pauses behind a full batch; its error is the context's.
func (r *rest) row() error {
	r.rows++
	if r.rows%batch != 0 {
		return nil
	}
	select {
	case <-time.After(min(time.Since(r.last), longest)):
		r.last = time.Now()
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}
