package poll_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/poll"
)

func TestUntilNothingIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left, begin := 3, time.Now()
		err := poll.Until(t.Context(), time.Second, "x", func(context.Context) ([]string, error) {
			left--
			return make([]string, left), nil
		})
		if err != nil || time.Since(begin) != 2*time.Second {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
	})
}

func TestTheEndSaysWhatWasMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		looks := 0
		err := poll.Until(ctx, time.Second, "a is not up", func(ctx context.Context) ([]string, error) {
			if looks++; looks == 3 {
				<-ctx.Done() // a look that the end cuts off tells nothing
				return nil, ctx.Err()
			}
			return []string{"port 1", "port 2"}, nil
		})
		if engine.ClassOf(err) != engine.ClassTimeout || err.Error() != "a is not up: not within 5s: port 1; port 2" {
			t.Errorf("%v", err)
		}
	})
}

func TestCancelIsNoTimeout(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := poll.Until(ctx, time.Hour, "x", func(context.Context) ([]string, error) {
		cancel()
		return []string{"y"}, nil
	})
	if engine.ClassOf(err) != engine.ClassCancelled || !strings.Contains(err.Error(), "x: not within 0s") {
		t.Errorf("%v", err)
	}
}

func TestErrorsEndTheWaiting(t *testing.T) {
	want := engine.Failf(engine.ClassPrecondition, "no such service")
	err := poll.Until(t.Context(), time.Hour, "x", func(context.Context) ([]string, error) { return nil, want })
	if !errors.Is(err, want) || !poll.Fatal(err) || poll.Fatal(engine.Failf(engine.ClassConnect, "later")) {
		t.Errorf("%v", err)
	}
}

// A wait that ends with the time of its task names that time alone.
func TestTimeOfTheTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, errors.New("not done within 5s"))
		defer cancel()
		err := poll.Until(ctx, time.Second, "a is not up", func(context.Context) ([]string, error) { return []string{"port 1"}, nil })
		if err == nil || err.Error() != "a is not up: not done within 5s: port 1" || !errors.Is(err, context.Cause(ctx)) {
			t.Errorf("%v", err)
		}
	})
}
