package engine

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Executor carries a plan out: it starts tasks on nodes, writes what happens to the journal, and goes on from
// whatever state the journal tells. A fresh run and a resumed one are the same code.
type Executor struct {
	Plan    *Plan
	Basis   Basis
	Nodes   map[string]Node
	Journal Journal
	State   *State
	Holder  Holder
	// TakeOver names the open run whose locks this one may replace.
	TakeOver string
	// Closing is how the run closes when all is done; "" is "done".
	Closing string
	// Ask puts a question to the operator and tells whether the answer was yes; nil answers no.
	Ask func(ctx context.Context, question string) (bool, error)
	// Secrets reads the value of a secret that lies on the controller; nil knows none.
	Secrets func(ctx context.Context, name string) ([]byte, error)
	// Observe sees every event after the journal has it.
	Observe func(Event)

	stop    latch
	late    latch // the deadline was over before anybody stopped the run
	mu      sync.Mutex
	resumed bool
	fatal   error
	lost    []string        // nodes that lost records of the run
	fresh   map[string]bool // tasks that ran in this process
	doubted map[string]bool // nodes whose promises are to be looked at before anything rests on them
	broken  map[string]int  // how often a task's promise was found broken
}

// Stop lets running tasks end and starts nothing new (the first Ctrl-C); a task that waits for its next attempt waits no more.
func (x *Executor) Stop() { x.stop.shut() }

// Stopped tells whether Stop was called.
func (x *Executor) Stopped() bool { return x.stop.isShut() }

// Run carries the plan out from where State stands. It returns nil when the run closed as done; *Incomplete
// when tasks failed or stayed unknown; *Locked, drift and connection errors before the first change.
func (x *Executor) Run(ctx context.Context) error {
	x.resumed, x.fresh = x.State.Verified, map[string]bool{}
	x.doubted, x.broken = map[string]bool{}, map[string]int{}
	if err := x.lock(ctx); err != nil {
		return err
	}
	if err := x.verify(ctx); err != nil {
		return x.refuse(ctx, err)
	}
	defer x.watch().Stop()
	if err := x.stages(ctx); err != nil {
		return err
	}
	return x.settleRun(ctx)
}

// watch stops the run when the runbook's deadline is over: what runs may end, nothing new starts.
func (x *Executor) watch() *time.Timer {
	limit := x.Basis.Runbook.Deadline
	if limit == 0 {
		return time.NewTimer(0)
	}
	return time.AfterFunc(limit, func() {
		if x.Stopped() {
			return
		}
		x.late.shut()
		_ = x.emit(Event{Type: EventDeadline, Seconds: limit.Seconds(), Message: "the runbook's deadline of " + limit.String() + " is over: nothing new starts"})
		x.Stop()
	})
}

// Began tells whether the run passed its checks: until then nothing of it runs, and it leaves nothing behind.
func (x *Executor) Began() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.State.Verified
}

// interrupted is the refusal of a run whose operator let go before it began.
type interrupted struct{}

func (interrupted) Error() string { return "interrupted before the first step; nothing was done" }

func (interrupted) Unwrap() error { return context.Canceled }

// refuse releases the nodes when nothing was begun yet: a refused run leaves no lock behind.
func (x *Executor) refuse(ctx context.Context, err error) error {
	if x.State.Verified {
		return err
	}
	if ctx.Err() != nil {
		err = interrupted{}
	}
	return errors.Join(err, x.close(context.WithoutCancel(ctx), Refusal(err)))
}

// emit journals the event, folds it into the state and shows it; a journal that cannot be written stops the run.
func (x *Executor) emit(e Event) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.fatal != nil {
		return x.fatal
	}
	e.Time, e.Run = time.Now().UTC(), x.Plan.Run
	if err := x.Journal.Append(&e); err != nil {
		x.fatal = WithNext(Failf(ClassIO, "journal: %w", err), "free space or repair the disk")
		return x.fatal
	}
	x.State.Add(&e)
	if x.Observe != nil {
		x.Observe(e)
	}
	return nil
}

// record is a copy of what is known of a task.
func (x *Executor) record(id string) TaskRecord {
	x.mu.Lock()
	defer x.mu.Unlock()
	return *x.State.task(id)
}

// Incomplete is the end of a run that is not done: failed or unknown tasks, or a stop.
type Incomplete struct {
	Run string
	// Failed, Unknown, Done and Left are numbers of tasks; those left never began.
	Failed, Unknown, Done, Left int
	// Open: the run stays open, its nodes locked. Stopped: the operator stopped it. Overdue: its deadline did.
	Open, Stopped, Overdue bool
}

// incompleteNow is a run that is not done, with who stopped it.
func (x *Executor) incompleteNow() *Incomplete {
	late := x.late.isShut()
	return &Incomplete{Run: x.Plan.Run, Open: true, Stopped: x.Stopped() && !late, Overdue: late}
}

// Error says in a word why the run is not done; a view makes the rest of the fields.
func (i *Incomplete) Error() string {
	switch {
	case i.Unknown > 0:
		return "run " + i.Run + ": outcomes are unknown"
	case i.Stopped:
		return "run " + i.Run + ": stopped"
	case i.Overdue:
		return "run " + i.Run + ": its deadline is over"
	}
	return "run " + i.Run + ": tasks failed"
}
