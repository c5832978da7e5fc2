package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/gocql/gocql"
)

const writers = 24

// Write writes all work and returns the number of statements.
func Write(ctx context.Context, session *gocql.Session, o Options) (int, error) {
	plan, err := plan(o)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan work)
	var written atomic.Int64
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for work := range queue {
				n, err := writeOne(ctx, session, work)
				written.Add(int64(n))
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for work := range plan {
		if ctx.Err() != nil {
			break
		}
		queue <- work
	}
	close(queue)
	group.Wait()
	return int(written.Load()), context.Cause(ctx)
}

func writeOne(ctx context.Context, session *gocql.Session, work work) (int, error) {
	written := 0
	for _, statements := range work {
		batch := session.NewBatch(gocql.UnloggedBatch).WithContext(ctx)
		for _, s := range statements {
			batch.Query(s.CQL, s.Args...)
		}
		if err := session.ExecuteBatch(batch); err != nil {
			return written, fmt.Errorf("%s: %w", statements[0].CQL, err)
		}
		written += len(statements)
	}
	return written, nil
}
