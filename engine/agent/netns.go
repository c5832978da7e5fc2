package agent

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// worker is one thread that lives in another network namespace. Sockets made there and programs started there
// belong to that namespace; everything else of the process stays in the machine's own.
type worker struct{ jobs chan func() }

// enter starts the thread for Cassandra's namespace. The dry run calls it before it gives up the right to.
func (m *Machine) enter() error {
	if m.Netns == "" || m.space != nil {
		return nil
	}
	w := &worker{jobs: make(chan func())}
	ready := make(chan error)
	go w.live(m.Netns, ready)
	if err := <-ready; err != nil {
		return err
	}
	m.space = w
	return nil
}

func (w *worker) live(name string, ready chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread is not fit for other goroutines and ends with this one
	err := setns(name)
	ready <- err
	if err == nil {
		w.work()
	}
}

// work runs what is given to do, on the thread that it is called on.
func (w *worker) work() {
	for job := range w.jobs {
		job()
	}
}

func setns(name string) error {
	if name != filepath.Base(name) {
		return engine.Failf(engine.ClassPrecondition, "netns %q: not a name", name)
	}
	fd, err := unix.Open("/run/netns/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "network namespace %q does not exist on this node", name), "see `ip netns list`; correct netns: in the site file")
	case err != nil:
		return engine.Failf(engine.ClassIO, "network namespace %q: %w", name, err)
	}
	defer unix.Close(fd)
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		return engine.Failf(engine.ClassPrecondition, "network namespace %q: %w", name, err)
	}
	return nil
}

// do runs job on the worker's thread and waits for it.
func (w *worker) do(job func() error) error {
	done := make(chan error, 1)
	w.jobs <- func() { done <- job() }
	return <-done
}
