package link

import (
	"context"
	"errors"
	"os/exec"
	"time"

	"tidemark/engine"
)

// connect makes a session: locally, or by ssh with the binary sent where it is missing.
func (n *Node) connect(ctx context.Context, again bool) (*session, error) {
	if err := n.t.check(n.d.o.Build); err != nil {
		return nil, err
	}
	if n.t.local() {
		marker := newMarker()
		argv, err := n.d.local(n.t, verbSession, marker)
		if err != nil {
			return nil, err
		}
		s, _, err := n.greet(ctx, argv, marker, mode{})
		return s, err
	}
	b, err := n.program()
	for sent := false; err == nil; {
		var s *session
		var want *need
		if s, want, err = n.login(ctx, b, again); err != nil || s != nil {
			return s, err
		}
		var right binary
		if right, err = n.d.forMachine(n.t, want.machine); err != nil {
			return nil, err
		}
		if right != b { // perhaps that one is there already
			b = right
			n.runs(b)
			continue
		}
		if sent {
			return nil, engine.Failf(engine.ClassPrecondition, "%s: the binary %s was stored there and is not found", n.t.Name, b.sha256)
		}
		err, sent = n.upload(ctx, b, want, again), true
	}
	return nil, err
}

// program is the binary that the node runs, as far as we know its architecture.
func (n *Node) program() (binary, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sent != (binary{}) {
		return n.sent, nil
	}
	return n.d.own()
}

func (n *Node) runs(b binary) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = b
}

// login is one session by ssh, or what the node needs for it.
func (n *Node) login(ctx context.Context, b binary, again bool) (s *session, want *need, err error) {
	err = n.bySSH(ctx, b, verbSession, again, func(argv []string, marker string, how mode) (err error) {
		s, want, err = n.greet(ctx, argv, marker, how)
		return err
	})
	return s, want, err
}

// bySSH starts a verb of the agent in an ssh session of its own, as patiently as sshd needs; each try takes a slot.
func (n *Node) bySSH(ctx context.Context, b binary, verb string, again bool, try func(argv []string, marker string, how mode) error) error {
	return n.patiently(ctx, again, func(how mode) error {
		release, err := take(ctx, n.d.logins)
		if err != nil {
			return err
		}
		defer release()
		marker := newMarker()
		return try(n.d.ssh(n.t, how, n.d.session(n.t, verb, marker, b.sha256)), marker, how)
	})
}

// patiently tries a login again when sshd drops it before its banner, and once more with prompts when it was
// refused silently and a terminal is there.
func (n *Node) patiently(ctx context.Context, again bool, try func(mode) error) error {
	err := n.undropped(ctx, mode{again: again}, try)
	if !n.d.o.Interactive || !mayAsk(err) {
		return err
	}
	n.d.prompts.Lock()
	defer n.d.prompts.Unlock()
	return n.undropped(ctx, mode{again: again, prompts: true}, try)
}

// droppedLogins is how often a login is tried that sshd drops before its banner: about half a minute.
const droppedLogins = 10

func (n *Node) undropped(ctx context.Context, how mode, try func(mode) error) error {
	pause := n.d.times.backoff()
	for tries := 1; ; tries++ {
		err := try(how)
		if err == nil || !wasRefused(err) || tries == droppedLogins {
			return err
		}
		if err := pause.wait(ctx); err != nil {
			return err
		}
	}
}

// transport starts ssh or the agent; ready is to be called once the prompts are over.
func (n *Node) transport(argv []string, marker string, how mode) (p *process, ready func(), err error) {
	attr, ready := apart(n.t), func() {}
	if how.prompts {
		tty, err := openTerminal()
		if err != nil {
			return nil, nil, engine.Failf(engine.ClassAuth, "%s: no terminal to ask for the login: %w", n.t.Name, err)
		}
		attr, ready = tty.attr(), func() { _ = tty.takeBack() }
	}
	p, err = start(argv, n.t.environment(), marker, attr, n.d.times.grace)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		err = engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: %w", n.t.Name, err), "install "+argv[0]+" here")
	case err != nil:
		err = engine.Failf(engine.ClassIO, "%s: %s: %w", n.t.Name, argv[0], err)
	}
	if err != nil {
		ready()
	}
	return p, ready, err
}

// patience bounds one login.
func (n *Node) patience(how mode) time.Duration {
	if how.prompts {
		return max(n.d.o.Connect, 5*time.Minute)
	}
	return n.d.o.Connect
}
