package agent

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"tidemark/engine"
)

// The times of what is told to end: graceLimit from SIGTERM to SIGKILL, then settleWait for its end; a process that waits
// for a dead disk takes longer.
const (
	settleWait = 30 * time.Second
	lookAgain  = 20 * time.Millisecond
)

// rest are the living processes of an attempt: those of the session that its own process led, and those that hold its lock,
// since a daemon makes a session of its own. Behind a known outcome only the latter count: what holds no lock was let go.
// An attempt that has not begun has its own process alone, and no rest.
func (a attemptDir) rest() ([]member, error) {
	in, err := a.began()
	if err != nil || in == nil {
		return nil, err
	}
	out, err := a.holders()
	if err != nil {
		return nil, err
	}
	r, err := a.receipt()
	if err != nil || r != nil && r.Outcome != engine.Unknown {
		return out, err
	}
	session, err := in.Process.members()
	for _, m := range session {
		if !has(out, m) {
			out = append(out, m)
		}
	}
	return out, err
}

// endRest ends what lives of the attempt and waits until nobody holds it. It tells what that was.
func (a attemptDir) endRest(grace time.Duration) ([]member, error) {
	in, err := a.began()
	if err != nil || in == nil {
		return nil, err
	}
	ended, err := end(a.rest, grace)
	if err != nil {
		return ended, err
	}
	return ended, a.letGo(graceLimit)
}

// letGo waits until nobody holds the attempt: a process that was killed does so in a moment. Who else holds it cannot be seen.
func (a attemptDir) letGo(wait time.Duration) error {
	for until := time.Now().Add(wait); ; time.Sleep(lookAgain) {
		held, err := a.held()
		if err != nil || !held {
			return err
		}
		if time.Now().After(until) {
			return a.unseen()
		}
	}
}

var errUnseen = errors.New("held by a process that this user cannot see")

// unseen: only root sees the files of other users' processes.
func (a attemptDir) unseen() error {
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is %w", a.path("lock"), errUnseen),
		"find it as root: fuser "+a.path("lock"))
}

// end tells processes to end (SIGTERM), kills them when grace is over, and waits until list finds none. What list finds
// first meanwhile is told, too. It gives what it found, also beside an error.
func end(list func() ([]member, error), grace time.Duration) (told []member, err error) {
	began := time.Now()
	for {
		left, err := list()
		if err != nil || len(left) == 0 {
			return told, err
		}
		spent := time.Since(began)
		if spent > grace+settleWait {
			return told, engine.Failf(engine.ClassTimeout, "killed, and not ended within %s: %s", settleWait, names(left))
		}
		var errs []error
		for _, m := range left {
			switch known := has(told, m); {
			case spent >= grace:
				errs = append(errs, m.signal(syscall.SIGKILL))
			case !known:
				errs = append(errs, m.told())
			}
			if !has(told, m) {
				told = append(told, m)
			}
		}
		if err := errors.Join(errs...); err != nil {
			return told, engine.Failf(engine.ClassPrecondition, "cannot be ended: %w", err)
		}
		time.Sleep(lookAgain)
	}
}

func has(list []member, m member) bool {
	for _, l := range list {
		if l.pid == m.pid && l.start == m.start {
			return true
		}
	}
	return false
}

// names lists processes for people.
func names(list []member) string {
	var out []string
	for _, m := range list {
		out = append(out, m.String())
	}
	return strings.Join(out, ", ")
}

// noteDown adds a line of the agent's to the attempt's log. It is for people: where it cannot be written, what it tells of
// was done all the same.
func (a attemptDir) noteDown(text string) {
	f, err := os.OpenFile(a.path("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "%s %s\n", time.Now().UTC().Format("15:04:05.000"), text)
}
