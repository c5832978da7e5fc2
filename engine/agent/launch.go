package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"tidemark/engine"
)

// lockFD is the descriptor under which a task's process inherits its attempt's lock.
const lockFD = 3

// order is what a task's process reads on its standard input.
type order struct {
	Spec  engine.TaskSpec `json:"spec"`
	Dir   string          `json:"dir"`
	Netns string          `json:"netns"`
}

// launch starts `tidemark agent task` as a session of its own, with its output in the attempt's log. The lock's
// descriptor goes with it: whoever finds it held knows that the task lives.
func (a *Agent) launch(spec engine.TaskSpec, dir string, lock *os.File) error {
	raw, err := json.Marshal(order{spec, dir, a.o.Netns})
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return classed(dir, err)
	}
	defer log.Close()
	cmd := exec.CommandContext(context.Background(), "/proc/self/exe", "agent", "task") // it outlives every session
	cmd.Args[0] = "tidemark"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(raw), log, log
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := a.children.born(dir)
	go func() { // reaped here when this session lives that long; else by init
		_ = cmd.Wait()
		gone()
	}()
	return nil
}

// TaskMain is the body of `tidemark agent task`: it reads its order from in and ends when the receipt is written.
func TaskMain(kinds *engine.Kinds, clients map[string]engine.Client, in io.Reader, log io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	m := &Machine{Netns: o.Netns, User: o.Spec.User, Clients: clients, dir: o.Dir, lock: os.NewFile(lockFD, "lock")}
	defer m.Close()
	e := &Execution{Kinds: kinds, Ground: m, Spec: o.Spec, Log: log}
	return e.Run(ctx, o.Dir)
}
