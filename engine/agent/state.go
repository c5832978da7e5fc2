package agent

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"tidemark/engine"
)

// State tells what the node knows; with a run also its plan, barriers, receipts and what lives.
func (a *Agent) State(_ context.Context, run string) (engine.NodeState, error) {
	s := engine.NodeState{Build: a.o.Build, Root: os.Geteuid() == 0}
	if a.o.Swaps != nil {
		// Where it cannot be told, the kinds that start the server or exchange files find out and refuse.
		s.Swaps, _ = a.o.Swaps()
	}
	last, err := a.store.epoch()
	if err != nil {
		return s, err
	}
	s.Epoch = last.Epoch
	if s.Lock, err = a.store.lockRecord(); err != nil || run == "" {
		return s, err
	}
	var p keptPlan
	if err := read(filepath.Join(a.store.runDir(run), "plan.json"), &p); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s.Plan = p.Plan
	if s.Closed, err = a.store.closing(run).read(); err != nil {
		return s, err
	}
	if s.Barriers, err = a.barriers(run); err != nil {
		return s, err
	}
	return s, a.addTasks(&s, run)
}

func (a *Agent) addTasks(s *engine.NodeState, run string) error {
	attempts, err := a.store.attempts(run)
	if err != nil {
		return err
	}
	for _, at := range attempts {
		if err := addAttempt(s, at); err != nil {
			return err
		}
	}
	return nil
}

// addAttempt tells how an attempt stands. Whoever holds it is alive, whatever it has written.
func addAttempt(s *engine.NodeState, at attemptDir) error {
	held, err := at.held()
	if err != nil {
		return err
	}
	if held {
		s.Alive = append(s.Alive, at.ref())
	}
	r, err := at.receipt()
	if err != nil {
		return err
	}
	if r != nil {
		s.Tasks = append(s.Tasks, engine.TaskState{Standing: engine.Ended, Receipt: r})
		return nil
	}
	in, err := at.intent()
	if err == nil && in != nil {
		s.Intents = append(s.Intents, in.TaskRef)
	}
	return err
}

// Store keeps a finished stage, under the lock of the run.
func (a *Agent) Store(_ context.Context, b engine.Barrier) error {
	return a.exclusive(func() error {
		if err := a.holds(b.Run, b.Epoch); err != nil {
			return err
		}
		dir := filepath.Join(a.store.runDir(b.Run), "barriers")
		if err := a.store.mkdir(dir); err != nil {
			return err
		}
		return a.store.write(filepath.Join(dir, b.Stage+".json"), b)
	})
}

func (a *Agent) barriers(run string) ([]engine.Barrier, error) {
	names, err := filepath.Glob(filepath.Join(a.store.runDir(run), "barriers", "*.json"))
	sort.Strings(names)
	var out []engine.Barrier
	for _, name := range names {
		var b engine.Barrier
		if err := read(name, &b); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, err
}
