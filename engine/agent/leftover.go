package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// outliving is how long what a command started may go on behind it: a pipe's last filter needs a moment.
const outliving = 2 * time.Second

// lifeline is a pipe whose writing end a command inherits, and all that it starts: its reading end comes to an end when none
// of them lives any more, or when they let go of what they inherited, as daemons do.
type lifeline struct{ ours, theirs *os.File }

func newLifeline() (*lifeline, error) {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	return &lifeline{ours, theirs}, nil
}

func (l *lifeline) close() {
	l.ours.Close()
	l.theirs.Close()
}

// over waits until nobody has the writing end any more, at most so long.
func (l *lifeline) over(wait time.Duration) bool {
	l.theirs.Close()
	if l.ours.SetReadDeadline(time.Now().Add(wait)) != nil {
		return false
	}
	_, err := io.Copy(io.Discard, l.ours)
	return err == nil
}

// holders are the processes that have the writing end.
func (l *lifeline) holders() ([]member, error) {
	link, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", l.ours.Fd()))
	if err != nil {
		return nil, err
	}
	return holding(func(other, _, _ string) bool { return other == link })
}

// outlived ends what a command left running, in its process group or with what it inherited, and says so: it counts as the
// step, which is over only with it. Whatever status the command gave, how far that had come nobody knows. A command that was
// ended itself leaves nothing at once.
func (l *lifeline) outlived(ctx context.Context, cmd *exec.Cmd, waited error) error {
	group := cmd.Process.Pid
	wait, grace := outliving, graceLimit
	switch {
	case ctx.Err() != nil:
		wait, grace = 0, 0
	case errors.Is(waited, exec.ErrWaitDelay):
		wait = 0 // it had its time
	}
	if l.over(wait) && !groupLives(group, wait) {
		return nil
	}
	left, err := end(func() ([]member, error) { return l.left(group) }, grace)
	switch {
	case err != nil:
		return engine.Unsure(fmt.Errorf("%s left processes behind: %w", cmd.Args[0], err))
	case len(left) == 0:
		return nil // it ended by itself in the meantime
	}
	said := engine.Failf(engine.ClassPrecondition, "%s: %s, and left processes behind, which were stopped: %s", cmd.Args[0], cmd.ProcessState, names(left))
	return engine.WithNext(engine.Unsure(said), "let it wait for them; if they are to go on after the step: daemon: true")
}

func (l *lifeline) left(group int) ([]member, error) {
	out, err := l.holders()
	if err != nil {
		return nil, err
	}
	inGroup, err := groupOf(group)
	for _, m := range inGroup {
		if !has(out, m) {
			out = append(out, m)
		}
	}
	return out, err
}

// groupOf lists the living processes of a command's group. Another session's group of that number is not the command's.
func groupOf(group int) ([]member, error) {
	session, err := unix.Getsid(0)
	if err != nil {
		return nil, err
	}
	return processes(func(_ int, s procStat) bool { return s.group == group && s.session == session })
}

// groupLives tells whether a process of the group lives after at most so long. The kernel says at once where there is none;
// it counts those, too, whose end nobody has asked for yet.
func groupLives(group int, wait time.Duration) bool {
	for until := time.Now().Add(wait); !errors.Is(syscall.Kill(-group, 0), syscall.ESRCH); time.Sleep(lookAgain) {
		if left, err := groupOf(group); err == nil && len(left) == 0 {
			return false
		}
		if !time.Now().Before(until) {
			return true
		}
	}
	return false
}
