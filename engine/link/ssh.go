package link

import (
	"os"
	"syscall"
)

// sshFailed is the status with which ssh says that it failed itself.
const sshFailed = 255

// ssh is the client's argument list. Host keys, users, jump hosts, keys and agents are the operator's
// configuration; only what would stand in the way of a bare pipe is set.
func (d *Dialer) ssh(t Target, how mode, command string) []string {
	argv := []string{d.o.SSH}
	if t.SSHConfig != "" {
		argv = append(argv, "-F", t.SSHConfig)
	}
	argv = append(argv, "-T",
		"-o", "RemoteCommand=none", "-o", "ClearAllForwardings=yes", "-o", "EscapeChar=none",
		"-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
		"-o", "LogLevel=INFO", // its words tell a refused login from a lost one
	)
	if !how.prompts {
		argv = append(argv, "-o", "BatchMode=yes")
	}
	if how.again { // a shared master connection probably died with the session
		argv = append(argv, "-o", "ControlPath=none")
	}
	return append(argv, "--", t.destination(), command)
}

// local is the argument list of an agent on this machine.
func (d *Dialer) local(t Target, verb, marker string) ([]string, error) {
	path := self(d.o.Self)
	var sudo []string
	if t.Become == "root" && os.Geteuid() != 0 {
		var err error
		if path, err = program(d.o.Self); err != nil {
			return nil, err
		}
		sudo = []string{"sudo", "-n", "--"}
	}
	return append(append(sudo, path), t.agentArgs(verb, marker)...), nil
}

// mode says how ssh is called: with prompts, or again after a loss.
type mode struct{ prompts, again bool }

// apart keeps a child out of reach of the terminal's Ctrl-C: a run detaches, its connections must not die first.
// ssh without prompts has no terminal at all; sudo may look for its ticket by terminal.
func apart(t Target) *syscall.SysProcAttr {
	if t.local() {
		return &syscall.SysProcAttr{Setpgid: true}
	}
	return &syscall.SysProcAttr{Setsid: true}
}
