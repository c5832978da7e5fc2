package link

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"tidemark/engine"
	"tidemark/engine/wire"
)

func hostKeyUnknown(t Target, said string) error {
	return engine.WithNext(engine.Fail(engine.ClassHostKey, &askable{fmt.Errorf("%s: its host key is not known here; ssh says:\n%s", t.Name, lastLines(said, 12))}),
		"read the fingerprint on the console of "+t.Name+" (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then log in once with `"+
			t.loginCommand()+"` and accept that one only")
}

func hostKeyChanged(t Target, said string) error {
	return engine.WithNext(engine.Failf(engine.ClassHostKey, "%s: its host key is another one than before; ssh says:\n%s", t.Name, lastLines(said, 20)),
		"stop if nobody reinstalled "+t.Name+": another machine may answer in its place; else read the new fingerprint on its console, remove "+
			"the old line ("+removal(said)+"), and log in once with `"+t.loginCommand()+"`")
}

// removal is the command by which ssh says that the old key goes.
func removal(said string) string {
	if found := regexp.MustCompile(`ssh-keygen -f \S+ -R \S+`).FindString(said); found != "" {
		return "`" + found + "`"
	}
	return "which ssh names"
}

func login(t Target, said string) error {
	return engine.WithNext(engine.Fail(engine.ClassAuth, &askable{fmt.Errorf("%s: ssh: %s", t.Name, said)}),
		"`"+t.loginCommand()+"` must log in; see the agent (ssh-add -l), User and IdentityFile for this host")
}

func reach(t Target, said string) error {
	if said = strings.TrimPrefix(said, "ssh: "); said == "" {
		said = "ended without a word"
	}
	return engine.WithNext(engine.Failf(engine.ClassConnect, "%s: ssh: %s", t.Name, said),
		"`"+t.loginCommand()+"` must reach it; see the address "+t.place()+", the network and sshd there")
}

func droppedLogin(t Target, said string) error {
	return engine.WithNext(engine.Fail(engine.ClassConnect, &refused{fmt.Errorf("%s: ssh: %s", t.Name, said)}),
		"sshd on "+t.Name+" drops logins before its banner: see MaxStartups, PerSourcePenalties, hosts.deny and fail2ban there")
}

func sudoRefusal(t Target, e ending) error {
	user := e.user
	if user == "" {
		user = "THE-USER"
	}
	err := engine.Failf(engine.ClassAuth, "%s: sudo refused %s: %s", t.Name, user, lastLines(e.stderr, 1))
	if strings.Contains(e.stderr, "must have a tty") {
		return engine.WithNext(err, "sudo on "+t.Name+" wants a terminal (requiretty), and no permission cures that: put this line into /etc/sudoers.d/tidemark there (visudo -f)\n"+
			"  Defaults:"+user+" !requiretty")
	}
	return engine.WithNext(err,
		"put one line into /etc/sudoers.d/tidemark on "+t.Name+" (visudo -f): for the installed package\n"+
			"  "+user+" ALL=(root) NOPASSWD: /usr/bin/tidemark agent *\n"+
			"or, where tidemark sends its own binary (whoever may do that may do everything)\n"+
			"  "+user+" ALL=(root) NOPASSWD: ALL")
}

// noAgent is the failure of a transport that ran and brought no agent. What the agent itself said is taken apart: its
// message and its next thing to do are this failure's.
func noAgent(t Target, e ending) error {
	said, next := agentWords(lastLines(e.stderr, 3))
	if said == "" {
		said = firstLines(e.noise, 5)
	}
	if said == "" {
		said = "without a word"
	}
	if next == "" {
		next = "mend that on " + t.Name + ", then do the same again"
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: no agent came up there (exit %d): %s", t.Name, e.exit, said), next)
}

// agentWords takes what an agent said at its end apart.
func agentWords(said string) (text, next string) {
	var texts []string
	for _, line := range saying(said) {
		if after, ok := strings.CutPrefix(line, "next: "); ok {
			next = after
			continue
		}
		texts = append(texts, strings.TrimPrefix(line, "tidemark: "))
	}
	return strings.Join(texts, "\n"), next
}

func noAnswer(t Target, limit time.Duration, e ending) error {
	said := lastLines(e.stderr, 1)
	if said == "" {
		said = "ssh said nothing"
		if t.local() {
			said = "the agent said nothing"
		}
	}
	return engine.WithNext(engine.Failf(engine.ClassConnect, "%s: no answer in %s: %s", t.Name, limit, said),
		"see whether `"+t.loginCommand()+" true` ends, and the load there")
}

func silent(t Target, limit time.Duration) error {
	return engine.Failf(engine.ClassConnect, "%s: no answer to pings for %s", t.Name, limit)
}

func dropped(t Target, exit int, said string) error {
	switch {
	case said == "" && exit < 0:
		return engine.Failf(engine.ClassConnect, "%s: the connection was broken off", t.Name)
	case said == "":
		return engine.Failf(engine.ClassConnect, "%s: the agent's session ended (exit %d)", t.Name, exit)
	}
	return engine.Failf(engine.ClassConnect, "%s: the agent's session ended (exit %d): %s", t.Name, exit, said)
}

// suits refuses an agent that is not ours.
func (d *Dialer) suits(t Target, h wire.Hello) error {
	next := "install build " + d.o.Build + " there, or remove the other one: tidemark then sends its own"
	switch {
	case h.Version != wire.Version:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: its agent speaks protocol %d (build %s), this controller %d (build %s)",
			t.Name, h.Version, h.Build, wire.Version, d.o.Build), next)
	case h.Build != d.o.Build:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: its agent is build %s, this controller build %s",
			t.Name, h.Build, d.o.Build), next)
	case t.Become == "root" && !h.Root:
		return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s: its agent does not run as root, though the site says become: root", t.Name),
			"let sudo on "+t.Name+" lead to root (sudo -n id -u says 0), or take become: root out of the site")
	}
	return nil
}
