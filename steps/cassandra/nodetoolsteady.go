package cassandra

import (
	"context"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/nodetool"
	"tidemark/steps/internal/poll"
)

// startPatience is how long a drain waits for a Cassandra that is neither up nor down: a start that replays a commit
// log takes minutes. The step's own timeout ends it, too.
const startPatience = 3 * time.Minute

// steady waits on the actual state while Cassandra is starting or draining, as after a crash, when a run is resumed
// before the server is up again. It says nothing when time is up: the drain then refuses what it finds.
func steady(ctx context.Context, v *engine.View) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	_ = poll.Until(ctx, waitPause, "Cassandra is neither up nor down", func(ctx context.Context) ([]string, error) {
		running, err := cassconf.Running(ctx, v)
		if err != nil || running != cassconf.Unclear {
			return nil, err
		}
		mode, err := nodetool.New(v).Mode(ctx)
		switch {
		case err != nil && poll.Fatal(err):
			return nil, err
		case err == nil && mode == nodetool.Drained:
			return nil, nil
		}
		// NORMAL counts with CQL alone: a starting server is in that mode before it takes requests.
		v.Log("waits for Cassandra, which is neither up nor down (mode %q)", mode)
		return []string{"mode " + mode}, nil
	})
}
