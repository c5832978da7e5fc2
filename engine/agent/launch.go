package agent

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"tidemark/engine"
)

// order is what a task's process reads on its standard input.
type order struct {
	Spec engine.TaskSpec `json:"spec"`
	Dir  string          `json:"dir"`
	// State is the node's state directory.
	State string `json:"state"`
	Netns string `json:"netns"`
}

// launch gives the task to a process of `tidemark agent task`, a session of its own, with its output in the attempt's
// log. The lock's descriptor goes with it: whoever finds it held knows that the task lives.
func (a *Agent) launch(spec engine.TaskSpec, dir string, lock *os.File) error {
	spec, err := withFiles(spec)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return classed(dir, err)
	}
	defer log.Close()
	h, err := a.hands.take()
	if err != nil {
		return err
	}
	if err := h.give(order{Spec: spec, Dir: dir, State: a.o.Dir, Netns: a.o.Netns}, lock, log); err != nil {
		return err
	}
	a.children.born(dir, h.ended)
	go a.prepare()
	return nil
}

// TaskMain is the body of `tidemark agent task`: it waits for its order on in and ends when the receipt is
// written, or when no order comes any more. log is its output, which becomes the attempt's log with the order.
func TaskMain(kinds *engine.Kinds, clients map[string]engine.Client, in *os.File, log io.Writer) error {
	o, lock, err := takeOrder(in)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	ps := store{dir: o.State}.programs()
	values := valuesOf(o.Spec)
	mask := engine.NewMask(values)
	hidden := mask.Writer(log)
	m := &Machine{Netns: o.Netns, User: o.Spec.User, Clients: clients, Mask: mask, programs: ps, dir: o.Dir, lock: lock}
	defer m.Close()
	e := &Execution{Kinds: kinds, Ground: m, Spec: o.Spec, Log: hidden, Secrets: values, Mask: mask, More: ps.kindsOf}
	return errors.Join(e.Run(ctx, o.Dir), hidden.Close())
}
