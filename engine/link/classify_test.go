package link

import (
	"testing"

	"tidemark/engine"
)

// The messages are those of OpenSSH 9.2 and sudo 1.9 as they came.
func TestClassify(t *testing.T) {
	const changed = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n" +
		"@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n" +
		"The fingerprint for the ED25519 key sent by the remote host is\nSHA256:abc.\n" +
		"Offending ED25519 key in /k/known_hosts:3\nHost key verification failed.\n"
	const unknown = "No ED25519 host key is known for 10.77.0.12 and you have requested strict checking.\nHost key verification failed.\n"
	for name, c := range map[string]struct {
		exit    int
		stderr  string
		class   engine.Class
		want    string
		refused bool
		ask     bool
	}{
		"unknown host":   {255, unknown, engine.ClassHostKey, "No ED25519 host key is known", false, true},
		"unknown next":   {255, unknown, engine.ClassHostKey, "log in once with `ssh -F /s/config ops@10.0.0.1`", false, true},
		"changed":        {255, changed, engine.ClassHostKey, "Offending ED25519 key in /k/known_hosts:3", false, false},
		"changed next":   {255, changed, engine.ClassHostKey, "stop if nobody reinstalled n", false, false},
		"changed cure":   {255, changed + "  remove with:\n  ssh-keygen -f \"/k/known_hosts\" -R \"10.0.0.1\"\n", engine.ClassHostKey, "the old line (`ssh-keygen -f \"/k/known_hosts\" -R \"10.0.0.1\"`)", false, false},
		"login":          {255, "Banner\nops@h: Permission denied (publickey).\n", engine.ClassAuth, "n: ssh: ops@h: Permission denied (publickey).", false, true},
		"too many":       {255, "Received disconnect from h port 22:2: Too many authentication failures\nDisconnected from h\n", engine.ClassAuth, "Too many", false, true},
		"port closed":    {255, "ssh: connect to host h port 22: Connection refused\n", engine.ClassConnect, "n: ssh: connect to host h port 22: Connection refused", false, false},
		"name":           {255, "ssh: Could not resolve hostname h: Name or service not known\n", engine.ClassConnect, "Could not resolve", false, false},
		"no route":       {255, "ssh: connect to host h port 22: No route to host\n", engine.ClassConnect, "No route", false, false},
		"gone":           {255, "Timeout, server h not responding.\n", engine.ClassConnect, "not responding", false, false},
		"startups":       {255, "kex_exchange_identification: Connection closed by remote host\nConnection closed by h port 22\n", engine.ClassConnect, "MaxStartups", true, false},
		"reset":          {255, "kex_exchange_identification: read: Connection reset by peer\nConnection reset by h port 22\n", engine.ClassConnect, "reset by peer", true, false},
		"old client":     {255, "ssh_exchange_identification: Connection closed by remote host\n", engine.ClassConnect, "closed", true, false},
		"jump refused":   {255, "ops@jump: Permission denied (publickey).\nkex_exchange_identification: Connection closed by remote host\n", engine.ClassAuth, "ops@jump", false, true},
		"behind jump":    {255, "channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\nkex_exchange_identification: Connection closed by remote host\n", engine.ClassConnect, "connect failed: Connection refused", false, false},
		"jump's key":     {255, unknown + "kex_exchange_identification: Connection closed by remote host\n", engine.ClassHostKey, "not known here", false, true},
		"booting":        {255, "\"System is booting up. Unprivileged users are not permitted to log in yet.\"\nConnection closed by h port 22\n", engine.ClassConnect, "booting up", false, false},
		"sudo password":  {1, "sudo: a password is required\n", engine.ClassAuth, "ops ALL=(root) NOPASSWD: /usr/bin/tidemark agent *", false, false},
		"sudo tty":       {1, "sudo: sorry, you must have a tty to run sudo\n", engine.ClassAuth, "Defaults:ops !requiretty", false, false},
		"sudo own":       {1, "sudo: a password is required\n", engine.ClassAuth, "ops ALL=(root) NOPASSWD: ALL", false, false},
		"not a sudoer":   {1, "ops is not in the sudoers file.\n", engine.ClassAuth, "sudo refused ops: ops is not in", false, false},
		"not allowed":    {1, "Sorry, user ops is not allowed to execute '/bin/sh' as root on h.\n", engine.ClassAuth, "not allowed to execute", false, false},
		"tty":            {1, "sudo: sorry, you must have a tty to run sudo\n", engine.ClassAuth, "must have a tty", false, false},
		"no sudo":        {127, "/bin/sh: 1: sudo: not found\n", engine.ClassAuth, "sudo: not found", false, false},
		"no sudo, env":   {127, "env: 'sudo': No such file or directory\n", engine.ClassAuth, "sudo", false, false},
		"full":           {44, "cat: write error: No space left on device\n", engine.ClassSpace, "No space left", false, false},
		"noexec":         {126, "/bin/sh: 1: exec: /var/lib/tidemark/bin/x/tidemark: Permission denied\n", engine.ClassPrecondition, "exit 126", false, false},
		"agent's words":  {1, "node state: format 9 is newer than this build\n", engine.ClassPrecondition, "format 9", false, false},
		"killed, silent": {-1, "", engine.ClassCancelled, "broken off", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := Target{Name: "n", Address: "ops@10.0.0.1", SSHConfig: "/s/config"}
			err := classify(target, ending{exit: c.exit, stderr: c.stderr, user: "ops"})
			wantClass(t, err, c.class, c.want)
			if wasRefused(err) != c.refused || mayAsk(err) != c.ask {
				t.Errorf("refused %v, may ask %v", wasRefused(err), mayAsk(err))
			}
		})
	}
}

func TestTargetCheck(t *testing.T) {
	for _, c := range []struct {
		t     Target
		build string
		ok    bool
	}{
		{Target{Name: "vellum-1.site1"}, "v1.2.3+abc_d", true},
		{Target{Name: "n", Address: "ops@[fe80::1%eth0]"}, "b", true},
		{Target{Name: "n; reboot"}, "b", false},
		{Target{Name: "-n"}, "b", false},
		{Target{Name: "N'"}, "b", false},
		{Target{Name: "n", Address: "-oProxyCommand=reboot"}, "b", false},
		{Target{Name: "n", Address: "a b"}, "b", false},
		{Target{Name: "n", Netns: "$(reboot)"}, "b", false},
		{Target{Name: "n", Netns: "--state"}, "b", false},
		{Target{Name: "n", Become: "ops"}, "b", false},
		{Target{Name: "n", Connection: "docker"}, "b", false},
		{Target{Name: "n"}, `b"; reboot`, false},
		{Target{Name: "n"}, "", false},
	} {
		if err := c.t.check(c.build); (err == nil) != c.ok {
			t.Errorf("%+v, build %q: %v", c.t, c.build, err)
		}
	}
}
