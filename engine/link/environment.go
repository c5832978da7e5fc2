package link

import (
	"os"
	"os/user"
	"strings"
)

// environment is what the transport starts with. ssh needs the operator's own, for its agent. An agent of this machine gets
// what sshd gives a login: the controller's variables may be secrets, so a local node's commands see as little of them as
// those of a node behind ssh.
func (t Target) environment() []string {
	if !t.local() {
		return nil
	}
	var out []string
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); inherited(name) {
			out = append(out, v)
		}
	}
	return append(out, account()...)
}

// inherited are the variables that say how programs are found and how they write; sshd takes them from the system's
// settings and, for the language, from the client.
func inherited(name string) bool {
	switch name {
	case "PATH", "SHELL", "TZ", "LANG", "LANGUAGE":
		return true
	}
	return strings.HasPrefix(name, "LC_")
}

// account is who the agent runs as, by the system's list of users and not by what the shell says.
func account() []string {
	u, err := user.Current()
	if err != nil {
		return nil
	}
	return []string{"HOME=" + u.HomeDir, "USER=" + u.Username, "LOGNAME=" + u.Username}
}
