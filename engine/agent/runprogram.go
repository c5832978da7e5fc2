package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"tidemark/engine"
)

// The bounds of a program at work.
const (
	planLimit     = time.Minute     // of plan; apply has the time of its task
	graceLimit    = 5 * time.Second // between SIGTERM and SIGKILL
	answerLimit   = 1 << 20         // bytes of plan's answer, and of one line of apply
	wordsLimit    = 4 << 20         // bytes of standard error that a log takes
	wordLineLimit = 4 << 10         // bytes of one line of it
)

// programEnv is all that a program finds in its environment: nothing of who runs the agent.
func programEnv() []string {
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/", "PYTHONDONTWRITEBYTECODE=1",
	}
}

// Program runs a verb of a program that this node keeps. plan runs behind the fence: where this process is not behind
// it, in a child that is. apply has the rights of the task.
func (m *Machine) Program(ctx context.Context, c engine.ProgramCall) (engine.Result, error) {
	p, err := m.programs.load(c.Hash)
	if err != nil {
		return engine.Result{}, err
	}
	dir := m.programs.files(c.Hash)
	if c.Verb == engine.VerbApply {
		lent, giveBack, err := m.lend(p)
		if err != nil {
			return engine.Result{}, err
		}
		defer giveBack()
		if lent != "" {
			dir = lent
		}
	}
	ctx, cancel := limitOf(ctx, c.Verb)
	defer cancel()
	cmd := fencedUnless(ctx, m.fenced || c.Verb != engine.VerbPlan, filepath.Join(dir, filepath.FromSlash(p.Main)), c.Verb)
	if m.lock != nil {
		cmd.ExtraFiles = []*os.File{m.lock}
	}
	if c.Verb == engine.VerbApply {
		if err := m.drop(cmd, ""); err != nil {
			return engine.Result{}, err
		}
	}
	return m.listen(ctx, cmd, c)
}

func limitOf(ctx context.Context, verb string) (context.Context, context.CancelFunc) {
	if verb == engine.VerbPlan {
		return engine.Within(ctx, planLimit)
	}
	return context.WithCancel(ctx)
}

// lend gives the task's user files that it can read and run, but not change: the agent's own directory is closed to it.
func (m *Machine) lend(p engine.Program) (dir string, giveBack func(), err error) {
	cmd := &exec.Cmd{SysProcAttr: &syscall.SysProcAttr{}}
	if err := m.drop(cmd, ""); err != nil || cmd.SysProcAttr.Credential == nil {
		return "", func() {}, err
	}
	forgetLent(time.Now())
	dir, err = os.MkdirTemp("", lentName)
	if err != nil {
		return "", func() {}, engine.Fail(engine.ClassIO, err)
	}
	giveBack = func() { _ = os.RemoveAll(dir) }
	l := layout{dir: 0o750, exec: 0o550, plain: 0o440, gid: int(cmd.SysProcAttr.Credential.Gid)}
	if err := errors.Join(os.Chmod(dir, l.dir), lay(p, dir, l)); err != nil {
		giveBack()
		return "", func() {}, engine.Failf(engine.ClassIO, "files for user %s: %w", m.User, err)
	}
	return dir, giveBack, nil
}

// lentName begins the names of directories that are lent.
const lentName = "tidemark-kind-"

// forgetLent removes what killed tasks did not give back, once no task can be using it any more.
func forgetLent(now time.Time) {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), lentName+"*"))
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err == nil && now.Sub(info.ModTime()) > sparedFor {
			_ = os.RemoveAll(dir)
		}
	}
}

// fencedUnless is the command of a program, itself or behind `agent fenced`.
func fencedUnless(ctx context.Context, free bool, main string, args ...string) *exec.Cmd {
	argv := append([]string{main}, args...)
	if !free {
		argv = append([]string{"/proc/self/exe", "agent", "fenced"}, argv...)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = "/", programEnv(), graceLimit
	if !free {
		contained(cmd)
		return cmd
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	return cmd
}

// cannotStart begins what the fenced child says of a program that it could not become.
const cannotStart = "cannot be started: "

// FencedMain is the body of `tidemark agent fenced`: it raises the fence of the dry run and becomes the program; an
// empty name is none, and tells whether there is a fence.
func FencedMain(argv []string) error {
	if _, _, err := raiseFence(); err != nil || argv[0] == "" {
		return err
	}
	return fmt.Errorf("%s%s: %w", cannotStart, argv[0], syscall.Exec(argv[0], argv, os.Environ()))
}

// listen runs the command to its end and passes on what it says. What it leaves behind in its group is ended.
func (m *Machine) listen(ctx context.Context, cmd *exec.Cmd, c engine.ProgramCall) (engine.Result, error) {
	answer := &limited{left: answerLimit}
	lines := &lineWriter{limit: answerLimit, left: 1 << 62, line: c.Line}
	words := &lineWriter{limit: wordLineLimit, left: wordsLimit, line: func(b []byte) { c.Log(string(b)) }}
	hidden, hiddenWords := m.Mask.Writer(answer), m.Mask.Writer(words)
	if c.Line != nil {
		hidden = m.Mask.Writer(lines)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(c.In), hidden, hiddenWords
	if err := m.in(c.Space, cmd.Start); err != nil {
		return engine.Result{}, engine.WithNext(engine.Failf(engine.ClassPrecondition, "the program cannot be started: %w", err),
			"its first line names its interpreter, which must be on the node; its file system must allow to execute")
	}
	err := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if cmd.SysProcAttr.Setsid {
		_ = sweep(cmd)
	}
	_, _ = hidden.Close(), hiddenWords.Close() // into memory
	lines.end()
	words.end()
	r := engine.Result{Code: cmd.ProcessState.ExitCode(), Stdout: answer.Bytes()}
	var notExit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return r, &engine.Error{Class: engine.ClassOf(ctx.Err()), Err: fmt.Errorf("the program was ended before it was done: %w", context.Cause(ctx))}
	case r.Code < 0:
		return r, engine.Unsure(engine.Failf(engine.ClassIO, "the program was ended by a signal (%s)", cmd.ProcessState))
	case answer.cut:
		return r, engine.Failf(engine.ClassPrecondition, "the program printed more than %d bytes", answerLimit)
	case err != nil && !errors.As(err, &notExit) && !errors.Is(err, exec.ErrWaitDelay) && !errors.Is(err, syscall.EPIPE):
		return r, engine.Fail(engine.ClassIO, err)
	}
	return r, nil
}
