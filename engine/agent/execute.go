package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tidemark/engine"
)

// Execution is the body of a task's process: intent, plan on the real state, comparison with what was approved,
// apply, receipt.
type Execution struct {
	Kinds  *engine.Kinds
	Ground engine.Ground
	Spec   engine.TaskSpec
	Log    io.Writer
	// Secrets are the values that Apply gets; Mask hides them in all that the task leaves.
	Secrets map[string][]byte
	Mask    *engine.Mask
	// AfterWrite is told of every durable record.
	AfterWrite func(path string)
	// Sync is as in Options.
	Sync func(*os.File) error
	// More adds the kind of the program with this hash; nil knows none.
	More func(built *engine.Kinds, hashes ...string) (*engine.Kinds, error)
	// Self names the process of the task; nil is this one.
	Self func() (Process, error)

	at   attemptDir
	redo engine.Redo
}

// Run carries the task out in dir, the attempt's room. The error is only of the records: a failed task is a
// receipt.
func (e *Execution) Run(ctx context.Context, dir string) error {
	e.at = attemptDir{durable{e.AfterWrite, e.Sync}, filepath.Dir(dir), dir}
	if e.Spec.Program != "" && e.More != nil {
		kinds, err := e.More(e.Kinds, e.Spec.Program)
		if err != nil {
			return e.refuse(err)
		}
		e.Kinds = kinds
	}
	kind := e.Kinds.Get(e.Spec.Kind)
	if kind == nil {
		return e.refuse(engine.Failf(engine.ClassPrecondition, "this build does not know the kind %q", e.Spec.Kind))
	}
	step, err := kind.Step(e.Spec.Args)
	if err != nil {
		return e.refuse(err)
	}
	e.redo = kind.RedoOf(step)
	if err := e.begin(); err != nil {
		return e.refuse(err)
	}
	r := e.Mask.Receipt(e.carryOut(ctx, kind, step))
	if e.redo == engine.Pure {
		return e.note("receipt.json", r)
	}
	return e.at.end(r)
}

func (e *Execution) begin() error {
	if e.Self == nil {
		e.Self = self
	}
	p, err := e.Self()
	if err != nil {
		return err
	}
	in := Intent{TaskRef: e.Spec.TaskRef, Digest: e.Spec.Digest, Process: p, Began: time.Now().UTC()}
	if e.Spec.Timeout > 0 {
		in.Until = in.Began.Add(e.Spec.Timeout)
		if in.Clock, err = sinceBoot(); err != nil {
			return err
		}
	}
	if e.redo == engine.Pure {
		return e.note("process.json", in)
	}
	return e.at.begin(in)
}

// note writes a record that nothing depends on after a cut of power, which may leave an empty file in its place; until then
// readers never see half of it.
func (e *Execution) note(name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tmp := e.at.path(name + ".tmp")
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return classed(tmp, err)
	}
	return os.Rename(tmp, e.at.path(name))
}

// refuse tells why the task never began.
func (e *Execution) refuse(err error) error {
	return errors.Join(e.note("failed.json", e.Mask.Receipt(e.failed(err))), errors.New(e.Mask.String(err.Error())))
}

func (e *Execution) carryOut(ctx context.Context, kind *engine.Kind, step engine.Step) (r engine.Receipt) {
	began := time.Now().UTC()
	defer func() {
		if p := recover(); p != nil {
			r = e.failed(engine.Failf(engine.ClassIO, "%s: internal error: %v", kind.Name, p))
			r.Outcome = engine.Unknown
		}
		r.Began = began
	}()
	if e.Spec.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, e.Spec.Timeout, fmt.Errorf("not done within %s", e.Spec.Timeout))
		defer cancel()
	}
	view := engine.NewView(kind, e.Ground, engine.NewFacts(nil), e.Spec.Run, e.Spec.Node)
	view.Actual = true
	view.Remember(e.at)
	view.Log = func(f string, args ...any) {
		fmt.Fprintf(e.Log, time.Now().UTC().Format("15:04:05.000 ")+f+"\n", args...)
	}
	change, err := engine.PlanStep(ctx, step, view)
	if err != nil {
		return e.failed(err)
	}
	return e.apply(ctx, step, view, change)
}

func (e *Execution) apply(ctx context.Context, step engine.Step, view *engine.View, change engine.Change) engine.Receipt {
	if e.redo != engine.Pure {
		if err := engine.Compare(e.Spec.Approved, change, e.Spec.Touched); err != nil {
			return e.failed(err)
		}
	}
	if change.Sign == engine.Same {
		return e.done(change, engine.Output{Note: change.Summary}, false)
	}
	host := engine.NewHost(view, e.at)
	host.Progress, host.Secrets = e.progress(), e.Secrets
	out, err := step.Apply(ctx, host, change)
	if err == nil {
		return e.done(change, out, e.redo != engine.Pure && !out.Unchanged)
	}
	return e.broken(ctx, change, err)
}

// progress writes how far the task is, at most four times a second.
func (e *Execution) progress() func(done, total int64, text string) {
	var last time.Time
	return func(done, total int64, text string) {
		if time.Since(last) < 250*time.Millisecond {
			return
		}
		last = time.Now()
		_ = e.note("progress.json", engine.Progress{Done: done, Total: total, Text: e.Mask.String(text)})
	}
}

func (a attemptDir) progress() (engine.Progress, bool) {
	var p engine.Progress
	err := read(a.path("progress.json"), &p)
	return p, err == nil
}
