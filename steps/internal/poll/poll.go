// Package poll looks again and again until nothing stands in the way any more.
package poll

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
)

// Look tells what still stands in the way, in words for people; nothing is the end. An error ends the waiting at
// once: it is for what no waiting can cure.
type Look func(ctx context.Context) (missing []string, err error)

// Until looks every pause until nothing is missing or ctx ends. The error then says what was missing at the last
// whole look.
func Until(ctx context.Context, pause time.Duration, what string, look Look) error {
	begin := time.Now()
	last := []string{"it was not looked at even once"}
	for {
		missing, err := look(ctx)
		switch {
		case ctx.Err() != nil && (err != nil || len(missing) > 0):
			return ended(ctx, what, time.Since(begin), last)
		case err != nil:
			return err
		case len(missing) == 0:
			return nil
		}
		last = missing
		select {
		case <-ctx.Done():
			return ended(ctx, what, time.Since(begin), last)
		case <-time.After(pause):
		}
	}
}

func ended(ctx context.Context, what string, after time.Duration, missing []string) error {
	class := engine.ClassTimeout
	if errors.Is(ctx.Err(), context.Canceled) {
		class = engine.ClassCancelled
	}
	limit := fmt.Errorf("not within %s", after.Round(time.Second))
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		limit = cause // it names the time that ended the wait
	}
	return engine.Failf(class, "%s: %w: %s", what, limit, strings.Join(missing, "; "))
}

// Fatal tells whether waiting cannot cure err: something is wrong with the node's set-up or with the question.
func Fatal(err error) bool {
	switch engine.ClassOf(err) {
	case engine.ClassPrecondition, engine.ClassAuth, engine.ClassHostKey, engine.ClassSpace:
		return true
	}
	return false
}
