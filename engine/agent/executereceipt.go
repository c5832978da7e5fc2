package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tidemark/engine"
)

func (e *Execution) receipt(o engine.Outcome) engine.Receipt {
	return engine.Receipt{TaskRef: e.Spec.TaskRef, Digest: e.Spec.Digest, Outcome: o, Ended: time.Now().UTC()}
}

func (e *Execution) failed(err error) engine.Receipt {
	r := e.receipt(engine.Failed)
	r.Class, r.Message, r.Next, r.Exit = engine.ClassOf(err), err.Error(), engine.NextOf(err), engine.ExitOf(err)
	return r
}

// broken is a failed Apply. When time or the operator ended it, a server may go on: unless the kind can simply be
// done again, what happened is unknown.
func (e *Execution) broken(ctx context.Context, change engine.Change, err error) engine.Receipt {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = &engine.Error{Class: engine.ClassTimeout, Err: timeNamed(ctx, err), Next: engine.NextOf(err)}
	case ctx.Err() != nil:
		err = &engine.Error{Class: engine.ClassCancelled, Err: fmt.Errorf("cancelled: %w", err), Next: engine.NextOf(err)}
	}
	r := e.failed(err)
	r.Change = change
	again := e.redo == engine.Pure || e.redo == engine.Idempotent
	if (ctx.Err() != nil || r.Class == engine.ClassTimeout || errors.Is(err, engine.ErrUnsure)) && !again {
		r.Outcome = engine.Unknown
	}
	return r
}

// timeNamed names the task's time, unless what it ended did so.
func timeNamed(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

func (e *Execution) done(change engine.Change, out engine.Output, changed bool) engine.Receipt {
	r := e.receipt(engine.Done)
	r.Change, r.Changed, r.Note, r.Out = change, changed, out.Note, change.Out
	if out.Value == nil {
		return r
	}
	raw, err := json.Marshal(out.Value)
	if err != nil {
		return e.failed(engine.Failf(engine.ClassIO, "output: %w", err))
	}
	r.Out = raw
	return r
}
