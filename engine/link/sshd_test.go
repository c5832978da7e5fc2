package link

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

// server is a real sshd on the loopback, with a client configuration beside it.
type server struct {
	dir, config string
	port        int
	cmd         *exec.Cmd
}

func newServer(t *testing.T, options string) *server {
	t.Helper()
	needed.Programs(t, "/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{dir: t.TempDir(), port: freePort(t)}
	for _, key := range []string{"host", "other", "user", "stranger"} {
		if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, key)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	s.keep(t, "authorized", "user.pub", "")
	s.keep(t, "known", "host.pub", fmt.Sprintf("[127.0.0.1]:%d ", s.port))
	s.config = write(t, filepath.Join(s.dir, "config"), fmt.Sprintf("Host n*\n HostName 127.0.0.1\n Port %d\n User %s\n IdentitiesOnly yes\n"+
		" IdentityAgent none\n IdentityFile %s/user\n UserKnownHostsFile %[3]s/known\n GlobalKnownHostsFile none\n StrictHostKeyChecking yes\n",
		s.port, me.Username, s.dir), 0o600)
	write(t, filepath.Join(s.dir, "sshd_config"), fmt.Sprintf("Port %d\nListenAddress 127.0.0.1\nHostKey %s/host\nPidFile none\nStrictModes no\n"+
		"AuthorizedKeysFile %[2]s/authorized\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n%s\n", s.port, s.dir, options), 0o600)
	if os.Getuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.start(t)
	return s
}

func (s *server) keep(t *testing.T, name, key, before string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.dir, key))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.dir, name), before+string(raw), 0o600)
}

func (s *server) start(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/sbin/sshd", "-D", "-f", filepath.Join(s.dir, "sshd_config"))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd = cmd
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	address := fmt.Sprintf("127.0.0.1:%d", s.port)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("sshd does not listen at " + address)
		}
	}
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *server) target(name string) Target { return Target{Name: name, SSHConfig: s.config} }

func TestRealLogin(t *testing.T) {
	s := newServer(t, "Banner none")
	n := node(t, testDialer(t, Options{}), s.target("n1"))
	state, err := n.State(t.Context(), "r")
	if err != nil || state.Build != testBuild+" r --node n1" {
		t.Fatalf("state %+v, %v", state, err)
	}
	if log, err := n.Log(t.Context(), engine.TaskRef{}); err != nil || len(log) != 4<<20 {
		t.Errorf("log of %d bytes, %v", len(log), err)
	}
}

func TestRealRefusals(t *testing.T) {
	s := newServer(t, "")
	ask := func() error {
		_, err := node(t, testDialer(t, Options{}), s.target("n1")).State(t.Context(), "")
		return err
	}
	s.keep(t, "authorized", "stranger.pub", "")
	wantClass(t, ask(), engine.ClassAuth, "Permission denied (publickey)")

	s.keep(t, "known", "other.pub", fmt.Sprintf("[127.0.0.1]:%d ", s.port))
	err := ask()
	wantClass(t, err, engine.ClassHostKey, "its host key is another one than before")
	wantClass(t, err, engine.ClassHostKey, "Offending ED25519 key in "+s.dir+"/known:1")

	write(t, filepath.Join(s.dir, "known"), "", 0o600)
	err = ask()
	wantClass(t, err, engine.ClassHostKey, "its host key is not known here")
	wantClass(t, err, engine.ClassHostKey, "log in once with `ssh -F "+s.config+" n1`")

	s.stop()
	wantClass(t, ask(), engine.ClassConnect, fmt.Sprintf("connect to host 127.0.0.1 port %d: Connection refused", s.port))
}

// sshd drops every login beyond two that are not finished; all nodes must come up all the same.
func TestRealMaxStartups(t *testing.T) {
	s := newServer(t, "MaxStartups 2:100:2")
	d := testDialer(t, Options{Handshakes: 6})
	d.times.first, d.times.max = 100*time.Millisecond, time.Second
	if _, err := node(t, d, s.target("n0")).State(t.Context(), ""); err != nil { // stores the binary
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 6 {
		n := node(t, d, s.target(fmt.Sprintf("n%d", i+1)))
		all.Go(func() {
			if _, err := n.State(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Both ends of the connection die with sshd's process; the wait goes on over the next one.
func TestRealCut(t *testing.T) {
	s, seen := newServer(t, ""), &events{}
	n := node(t, testDialer(t, Options{Notify: seen.note}), s.target("n1"))
	ctx := t.Context()
	first, err := n.State(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	s.stop()
	if out, err := exec.CommandContext(ctx, "sh", "-c", `kill -9 $(ps -o ppid= -p `+fmt.Sprint(first.Epoch)+`)`).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	time.AfterFunc(300*time.Millisecond, func() { s.start(t) })
	second, err := n.State(ctx, "")
	if err != nil || second.Epoch == first.Epoch {
		t.Fatalf("agent %d after %d, %v", second.Epoch, first.Epoch, err)
	}
	if got := seen.list(); len(got) != 2 || !strings.HasPrefix(got[0], "n1 down n1: ssh: ") || got[1] != "n1 up" {
		t.Errorf("told %q", got)
	}
}
