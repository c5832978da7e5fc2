package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"tidemark/engine"
)

// maxOutput bounds what is kept of a command's output; what is beyond is cut in the middle of nothing vital.
const maxOutput = 16 << 20

// Exec runs a command to its end. Its time is bounded; a command that does not end in time is killed with all
// processes of its group, and the error is of class timeout. What it leaves running without being a daemon is ended, too,
// and is an error.
func (m *Machine) Exec(ctx context.Context, c engine.Command) (engine.Result, error) {
	limit := c.Timeout
	if limit == 0 {
		limit = time.Minute
	}
	ctx, cancel := engine.Within(ctx, limit)
	defer cancel()
	cmd, out, errs, err := m.command(ctx, c)
	if err != nil {
		return engine.Result{}, err
	}
	hidden, hiddenErrs := m.Mask.Writer(out), m.Mask.Writer(errs)
	cmd.Stdout, cmd.Stderr = hidden, hiddenErrs
	err = m.toItsEnd(ctx, cmd, c)
	_, _ = hidden.Close(), hiddenErrs.Close() // into memory
	if cmd.ProcessState == nil {
		return engine.Result{}, err
	}
	r := engine.Result{Code: cmd.ProcessState.ExitCode(), Stdout: out.Bytes(), Stderr: errs.Bytes()}
	if ctx.Err() != nil {
		return r, &engine.Error{Class: engine.ClassOf(ctx.Err()), Err: cutShort(ctx, c)}
	}
	if err == nil && r.Code < 0 {
		err = engine.Unsure(engine.Failf(engine.ClassIO, "%s: ended by a signal (%s)", c.Argv[0], cmd.ProcessState)) // how far it came nobody knows
	}
	return r, err
}

// toItsEnd runs the command and what it started, as far as that counts as the task. How it ended is in its state; the
// error is of all else.
func (m *Machine) toItsEnd(ctx context.Context, cmd *exec.Cmd, c engine.Command) error {
	line, err := m.inherit(cmd, c)
	if err != nil {
		return err
	}
	if line != nil {
		defer line.close()
	}
	if err := m.in(c.Space, cmd.Start); err != nil {
		return notStarted(cmd, err)
	}
	err = cmd.Wait()
	if line != nil {
		if err := line.outlived(ctx, cmd, err); err != nil {
			return err
		}
	}
	switch {
	case err == nil, errors.As(err, new(*exec.ExitError)):
		return nil
	case !errors.Is(err, exec.ErrWaitDelay):
		return engine.Failf(engine.ClassIO, "%s: %w", c.Argv[0], err)
	case c.Daemon:
		return nil // what it started keeps the output open, as daemons do
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s ended and left a process behind that has its output open", c.Argv[0]),
		"let it wait for that process, or give that one an output of its own; if it is to go on after the step: daemon: true")
}

// inherit gives the command of a task what tells that something of it lives: the task's lock and a lifeline. A daemon gets
// neither, since it outlives the task.
func (m *Machine) inherit(cmd *exec.Cmd, c engine.Command) (*lifeline, error) {
	if m.lock == nil || c.Daemon {
		return nil, nil
	}
	line, err := newLifeline()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{m.lock, line.theirs}
	return line, nil
}

func (m *Machine) command(ctx context.Context, c engine.Command) (*exec.Cmd, *limited, *limited, error) {
	if len(c.Argv) == 0 {
		return nil, nil, nil, engine.Failf(engine.ClassPrecondition, "a command needs at least its name")
	}
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	out, errs := &limited{left: maxOutput}, &limited{left: maxOutput}
	cmd.Dir = c.Dir
	if c.Stdin != nil {
		cmd.Stdin = bytes.NewReader(c.Stdin)
	}
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = outliving
	return cmd, out, errs, m.drop(cmd, c.User)
}

// drop gives the command the named user's rights.
func (m *Machine) drop(cmd *exec.Cmd, name string) error {
	if name == "" {
		name = m.User
	}
	if name == "" {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return engine.Failf(engine.ClassPrecondition, "user %q: %w", name, err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	if int(uid) == os.Geteuid() {
		return nil
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	cmd.Env = append(cmd.Env, "HOME="+u.HomeDir, "USER="+name, "LOGNAME="+name)
	return nil
}

// mayBecome refuses what drop would meet: only root can become somebody else.
func mayBecome(name string) error {
	euid := os.Geteuid()
	if name == "" || euid == 0 {
		return nil
	}
	if u, err := user.Lookup(name); err == nil && u.Uid == strconv.Itoa(euid) {
		return nil
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "only root can run it as user %s", name),
		"let tidemark be root there (become: root for the node, sudo where the node is this machine), or leave user out")
}

// limited keeps the first bytes of an output, and notes that there was more. The buffer is no part of its methods: one
// that reads by itself would know no bound.
type limited struct {
	kept bytes.Buffer
	left int
	cut  bool
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.cut = l.cut || n < len(p)
	l.kept.Write(p[:n])
	return len(p), nil
}

// Bytes is what was kept.
func (l *limited) Bytes() []byte { return l.kept.Bytes() }

// cutShort says why a command was ended: a cancel, or the time that was over first.
func cutShort(ctx context.Context, c engine.Command) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s: cancelled before its end", c.Argv[0])
	}
	return fmt.Errorf("%s: %w", c.Argv[0], context.Cause(ctx))
}
