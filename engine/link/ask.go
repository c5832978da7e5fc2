package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"tidemark/engine"
)

// quickLosses is how many sessions in a row may die right after a call reached them: then it is the call (or
// another controller that displaces us), not the network.
const quickLosses = 5

// dying is how long a connection may live on after one of its streams failed, when it is the connection that dies.
const dying = time.Second

// ask sends one call, and again over a new session when the connection is lost before the whole answer.
func (n *Node) ask(ctx context.Context, path string, in any, read func(io.Reader) error) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", n.t.Name, path, err)
	}
	for quick := 0; ; {
		s, err := n.session(ctx)
		if err != nil {
			return err
		}
		err = s.call(ctx, path, body, read)
		if b := (*broken)(nil); !errors.As(err, &b) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %s: %w", n.t.Name, path, context.Cause(ctx))
		}
		if !s.ended(dying) {
			return engine.Failf(engine.ClassIO, "%s: the agent broke off its answer to %s: %w", n.t.Name, path, err)
		}
		loss := n.lost(s)
		if quick++; time.Since(s.began) > n.d.times.quick {
			quick = 0
		}
		if quick == quickLosses {
			return engine.Failf(engine.ClassConnect, "%s: %d sessions in a row ended right after %s: %w", n.t.Name, quick, path, loss)
		}
	}
}
