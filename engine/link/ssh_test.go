package link

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tidemark/engine"
)

// fakeSSH is a client that runs the remote command here, after a piece of shell; $D is its directory, $N the
// number of this call.
func fakeSSH(t *testing.T, before string) (path, dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("LINK_TEST_DIR", dir)
	path = write(t, filepath.Join(dir, "ssh"), `#!/bin/sh
D=`+dir+`; for last; do :; done
printf '%s\n' "$*" >>$D/calls; N=$(grep -c -- -T $D/calls)
`+before+`
exec sh -c "$last"
`, 0o755)
	return path, dir
}

func calls(t *testing.T, dir string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	return saying(string(raw))
}

func TestBinaryIsSentOnce(t *testing.T) {
	ssh, dir := fakeSSH(t, `echo Welcome; echo careful >&2`)
	d := testDialer(t, Options{SSH: ssh})
	for _, name := range []string{"n1", "n2"} {
		s, err := node(t, d, Target{Name: name, SSHConfig: "/s/config"}).State(t.Context(), "")
		if err != nil || s.Build != testBuild+"  --node "+name {
			t.Fatalf("state %+v, %v", s, err)
		}
	}
	all := calls(t, dir)
	if len(all) != 4 { // asked, sent, asked again; the second node found it
		t.Errorf("%d calls of ssh, want 4:\n%s", len(all), strings.Join(all, "\n"))
	}
	want := "-F /s/config -T -o RemoteCommand=none -o ClearAllForwardings=yes -o EscapeChar=none " +
		"-o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o LogLevel=INFO -o BatchMode=yes -- n1 exec /bin/sh -c 'U="
	if !strings.HasPrefix(all[0], want) || strings.Contains(strings.Join(all, "\n"), "StrictHostKeyChecking") {
		t.Errorf("called %q\nwant    %q", all[0], want)
	}
	own, err := d.own()
	if err != nil {
		t.Fatal(err)
	}
	sent, err := digest(filepath.Join(d.root, "bin", own.sha256, "tidemark"))
	if err != nil || sent.sha256 != own.sha256 {
		t.Errorf("stored %+v, %v", sent, err)
	}
}

func TestDamagedUpload(t *testing.T) {
	ssh, _ := fakeSSH(t, `[ $N = 2 ] && { head -c 100000 | sh -c "$last"; exit; }`)
	_, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassIO, "arrived damaged ")
}

func TestUploadRefusedBySudo(t *testing.T) {
	ssh, _ := fakeSSH(t, `[ $N = 2 ] && { echo "sudo: a password is required" >&2; exit 1; }`)
	_, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassAuth, " ALL=(root) NOPASSWD: ALL")
}

func TestOtherArchitecture(t *testing.T) {
	other := map[string]string{"amd64": "aarch64", "arm64": "x86_64"}[runtime.GOARCH]
	ssh, dir := fakeSSH(t, `export PATH=$D/bin:$PATH`)
	write(t, filepath.Join(dir, "bin/uname"), "#!/bin/sh\necho "+other+"\n", 0o755)
	_, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassPrecondition, "give --agent-dir DIR with DIR/tidemark-linux-"+archOf(other))
	agents := t.TempDir()
	_, err = node(t, testDialer(t, Options{SSH: ssh, AgentDir: agents}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassPrecondition, "no such file")

	exe, _ := os.Executable()
	raw, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(agents, "tidemark-linux-"+archOf(other)), string(raw)+"other", 0o644)
	if _, err := node(t, testDialer(t, Options{SSH: ssh, AgentDir: agents}), Target{Name: "n"}).State(t.Context(), ""); err != nil {
		t.Error(err)
	}
	write(t, filepath.Join(dir, "bin/uname"), "#!/bin/sh\necho vax\n", 0o755)
	_, err = node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassPrecondition, `architecture "vax" is unknown`)
}

const startups = `echo "kex_exchange_identification: Connection closed by remote host" >&2; exit 255`

func TestDroppedLoginsAreTriedAgain(t *testing.T) {
	ssh, dir := fakeSSH(t, `[ $N -le 3 ] && { `+startups+`; }`)
	if _, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if n := len(calls(t, dir)); n != 6 {
		t.Errorf("%d calls, want 3 dropped, then asked, sent, asked", n)
	}
}

func TestDroppedLoginsEnd(t *testing.T) {
	ssh, dir := fakeSSH(t, startups)
	_, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassConnect, "see MaxStartups")
	if n := len(calls(t, dir)); n != droppedLogins {
		t.Errorf("%d calls, want %d", n, droppedLogins)
	}
}

func TestUnreachedNodeIsNotRedialled(t *testing.T) {
	for said, class := range map[string]engine.Class{
		"ssh: connect to host n port 22: Connection refused": engine.ClassConnect,
		"n: Permission denied (publickey).":                  engine.ClassAuth,
		"Host key verification failed.":                      engine.ClassHostKey,
	} {
		ssh, dir := fakeSSH(t, `echo "`+said+`" >&2; exit 255`)
		_, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
		wantClass(t, err, class, said)
		if strings.Contains(err.Error(), "lost") {
			t.Errorf("it was never connected: %v", err)
		}
		if n := len(calls(t, dir)); n != 1 {
			t.Errorf("%s: %d calls, want 1", class, n)
		}
	}
}

// A lost node is redialled while it cannot be reached, and given up after GiveUp; a refused login ends it at once.
func TestLostNode(t *testing.T) {
	const gone = `[ -e $D/gone ] && { cat $D/gone >&2; exit 255; }`
	for name, c := range map[string]struct {
		said, want string
		class      engine.Class
		calls      func(int) bool
	}{
		"unreachable": {"ssh: connect to host n port 22: No route to host", "attempts to regain it were in vain", engine.ClassConnect, func(n int) bool { return n > 5 }},
		"refused":     {"n: Permission denied (publickey).", "Permission denied", engine.ClassAuth, func(n int) bool { return n == 4 }},
	} {
		t.Run(name, func(t *testing.T) {
			ssh, dir := fakeSSH(t, gone)
			n := node(t, testDialer(t, Options{SSH: ssh, GiveUp: 300 * time.Millisecond}), Target{Name: "n"})
			if _, err := n.State(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "gone"), c.said+"\n", 0o600)
			_, err := n.Cancel(t.Context(), engine.TaskRef{}) // ends the agent
			wantClass(t, err, c.class, c.want)
			all := calls(t, dir)
			if !c.calls(len(all)) || !strings.Contains(all[3], "-o ControlPath=none") {
				t.Errorf("%d calls:\n%s", len(all), strings.Join(all, "\n"))
			}
			if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
				t.Fatal(err)
			}
			if _, err := n.State(t.Context(), ""); err != nil {
				t.Errorf("the node is back, and %v", err)
			}
		})
	}
}

func TestHandshakesAreBounded(t *testing.T) {
	ssh, dir := fakeSSH(t, `mkdir $D/in.$$; ls -d $D/in.* | wc -l >>$D/most; sleep 0.05; rmdir $D/in.$$`)
	d := testDialer(t, Options{SSH: ssh, Handshakes: 2})
	if _, err := node(t, d, Target{Name: "first"}).State(t.Context(), ""); err != nil { // stores the binary
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		n := node(t, d, Target{Name: fmt.Sprintf("n%d", i)})
		all.Go(func() {
			if _, err := n.State(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	raw, err := os.ReadFile(filepath.Join(dir, "most"))
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for _, line := range saying(string(bytes.TrimSpace(raw))) {
		n, _ := strconv.Atoi(line)
		most = max(most, n)
	}
	if most != 2 {
		t.Errorf("%d logins at once, want 2", most)
	}
}

func TestSilentLoginEnds(t *testing.T) {
	ssh, _ := fakeSSH(t, `echo "debug: hm" >&2; exec sleep 60`)
	_, err := node(t, testDialer(t, Options{SSH: ssh, Connect: 100 * time.Millisecond}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassConnect, "no answer in 100ms: debug: hm")
}

func TestNoisyLogin(t *testing.T) {
	ssh, _ := fakeSSH(t, `echo first words; exec yes`)
	_, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassPrecondition, "first words")
}

func TestNoClient(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := node(t, testDialer(t, Options{}), Target{Name: "n"}).State(t.Context(), "")
	wantClass(t, err, engine.ClassPrecondition, "install ssh here")
}

// The terminal's Ctrl-C must not reach what keeps a run's connections.
func TestTransportsStandApart(t *testing.T) {
	ssh, dir := fakeSSH(t, `ps -o pgid= -p $$ >>$D/groups`)
	if _, err := node(t, testDialer(t, Options{SSH: ssh}), Target{Name: "n"}).State(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "groups"))
	own := fmt.Sprint(syscall.Getpgrp())
	if groups := saying(string(raw)); err != nil || len(groups) == 0 || slices.Contains(groups, own) {
		t.Errorf("process groups %q, ours %s, %v", groups, own, err)
	}
}
