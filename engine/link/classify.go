package link

import (
	"errors"
	"regexp"
	"strings"

	"tidemark/engine"
)

// ending is how a transport ended before the agent's first line: its status (-1 after a signal), what it said, what
// came on its output instead, and as whom it was logged in, where it got so far.
type ending struct {
	exit          int
	stderr, noise string
	user          string
}

// refused marks a login that sshd dropped before its banner, as MaxStartups does; it is worth another try.
type refused struct{ error }

func (r *refused) Unwrap() error { return r.error }

func wasRefused(err error) bool {
	var r *refused
	return errors.As(err, &r)
}

// askable marks a login that failed for want of an answer from the operator: a password, an unknown host key.
type askable struct{ error }

func (a *askable) Unwrap() error { return a.error }

func mayAsk(err error) bool {
	var a *askable
	return errors.As(err, &a)
}

// words are the sentences by which OpenSSH 7 to 10 and sudo name a failure. ssh with a jump host says several;
// the first that is found, in the order of classify, is the cause.
type words struct{ changed, hostKey, booting, login, forwarding, dropped, sudo, space *regexp.Regexp }

func newWords() words {
	return words{
		changed: regexp.MustCompile(`REMOTE HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY|Host key for \S+ has changed`),
		hostKey: regexp.MustCompile(`Host key verification failed|No \S+ host key is known for`),
		booting: regexp.MustCompile(`System is (booting up|going down)|/run/nologin`),
		login: regexp.MustCompile(`Permission denied \(|Too many authentication failures|No more authentication methods|` +
			`account is currently not available|[Aa]ccount (has )?expired`),
		forwarding: regexp.MustCompile(`stdio forwarding failed|channel \d+: open failed`),
		dropped: regexp.MustCompile(`(kex|ssh)_exchange_identification: (read: )?Connection (closed|reset)|` +
			`Exceeded MaxStartups|Not allowed at this time`),
		sudo: regexp.MustCompile(`(?m)^sudo: |not in the sudoers file|is not allowed to (execute|run sudo)|` +
			`must have a tty|sudo: (command )?not found|env: .?sudo.?: No such file`),
		space: regexp.MustCompile(`No space left on device|Disk quota exceeded`),
	}
}

// classify tells a failed login by the words of ssh and sudo.
func classify(t Target, e ending) error {
	w := newWords()
	switch {
	case e.exit == sshFailed:
		return w.ssh(t, e)
	case w.booting.MatchString(e.stderr + e.noise):
		return reach(t, lastLines(e.stderr+e.noise, 1))
	case w.login.MatchString(e.stderr + e.noise):
		return login(t, matching(w.login, e.stderr+e.noise))
	case w.sudo.MatchString(e.stderr):
		return sudoRefusal(t, e)
	case w.space.MatchString(e.stderr):
		return engine.WithNext(engine.Failf(engine.ClassSpace, "%s: the binary could not be stored: %s", t.Name, lastLines(e.stderr, 1)),
			"free 64 MiB below /var/lib/tidemark on "+t.Name+" and try again")
	case e.exit == -1:
		return engine.Failf(engine.ClassCancelled, "%s: the login was broken off", t.Name)
	}
	return noAgent(t, e)
}

func (w words) ssh(t Target, e ending) error {
	switch {
	case w.changed.MatchString(e.stderr):
		return hostKeyChanged(t, e.stderr)
	case w.hostKey.MatchString(e.stderr):
		return hostKeyUnknown(t, e.stderr)
	case w.booting.MatchString(e.stderr):
		return reach(t, matching(w.booting, e.stderr))
	case w.login.MatchString(e.stderr):
		return login(t, matching(w.login, e.stderr))
	case w.forwarding.MatchString(e.stderr):
		return reach(t, firstLines(e.stderr, 1))
	case w.dropped.MatchString(e.stderr):
		return droppedLogin(t, matching(w.dropped, e.stderr))
	}
	return reach(t, lastLines(e.stderr, 1))
}

// matching is the first line of s in which re is found.
func matching(re *regexp.Regexp, s string) string {
	for _, line := range saying(s) {
		if re.MatchString(line) {
			return line
		}
	}
	return strings.TrimSpace(s)
}
