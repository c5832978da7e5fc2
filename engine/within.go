package engine

import (
	"context"
	"fmt"
	"time"
)

// Within bounds a call by limit. Where its time, or an earlier end of ctx, is over, context.Cause of the new context
// names that time, so that a message tells the one that really ended the call.
func Within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("no end within %s", limit))
}
