package agent

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"tidemark/schema"
)

// Described is how describe ended.
type Described struct {
	Answer []byte
	// Words are the first bytes of standard error.
	Words []byte
	// Code is the exit status; -1 means a signal.
	Code int
	// Late: it did not end in time. Cut: it printed more than may be.
	Late, Cut bool
}

// FenceThere tells whether the fence of the dry run can be raised on this machine; the error says what it lacks.
func FenceThere(ctx context.Context) error {
	cmd := fencedUnless(ctx, false, "")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if len(out) == 0 {
		return err
	}
	return errors.New(string(out))
}

// Describe asks a program of a site, on this machine, what kind it is: in a clean environment, within limit, and
// behind the fence of the dry run where fenced is set. The error means that it could not be started.
func Describe(ctx context.Context, main string, limit time.Duration, fenced bool) (Described, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, words := &limited{left: schema.MaxDescription}, &limited{left: wordLineLimit}
	cmd := fencedUnless(ctx, !fenced, main, "describe")
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, words, time.Second
	if err := cmd.Start(); err != nil {
		return Described{}, err
	}
	err := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if fenced {
		_ = sweep(cmd)
	}
	d := Described{Answer: out.Bytes(), Words: words.Bytes(), Code: cmd.ProcessState.ExitCode(), Late: ctx.Err() != nil, Cut: out.cut}
	if _, why, found := strings.Cut(string(d.Words), cannotStart); fenced && found && d.Code > 0 {
		return d, errors.New(strings.TrimSpace(why))
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !d.Late && !errors.Is(err, exec.ErrWaitDelay) {
		return d, err
	}
	return d, nil
}
