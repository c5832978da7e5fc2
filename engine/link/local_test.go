package link

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/wire"
)

func local(t *testing.T) Target {
	return Target{Name: "here", Connection: "local", StateDir: t.TempDir()}
}

func TestLocalCalls(t *testing.T) {
	target := local(t)
	target.Netns = "signaling"
	n := node(t, testDialer(t, Options{}), target)
	ctx := t.Context()
	s, err := n.State(ctx, "r1")
	if want := testBuild + " r1 --node here --netns signaling --state " + target.StateDir; err != nil || s.Build != want {
		t.Fatalf("state %+v, %v; want %q", s, err, want)
	}
	var locked *engine.Locked
	if err := n.Lock(ctx, engine.LockRequest{LockRecord: engine.LockRecord{Epoch: 7}}); !errors.As(err, &locked) || locked.Record.Epoch != 7 {
		t.Errorf("lock: %v, want the holder's record", err)
	}
	_, err = n.Start(ctx, engine.TaskSpec{})
	wantClass(t, err, engine.ClassSpace, "disk full")
	wantClass(t, err, engine.ClassSpace, "free space")
	if log, err := n.Log(ctx, engine.TaskRef{}); err != nil || len(log) != 4<<20 {
		t.Errorf("log of %d bytes, %v", len(log), err)
	}
}

func TestManyCallsShareOneSession(t *testing.T) {
	target := local(t)
	n := node(t, testDialer(t, Options{}), target)
	var mu sync.Mutex
	pids := map[int64]int{}
	var calls sync.WaitGroup
	for range 300 { // more than HTTP/2's usual limit of streams
		calls.Go(func() {
			_, err := n.Wait(t.Context(), engine.TaskRef{}, func(p engine.Progress) {
				mu.Lock()
				defer mu.Unlock()
				if pids[p.Done]++; pids[p.Done] == 200 {
					write(t, filepath.Join(target.StateDir, "finish"), "", 0o600)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if len(pids) != 1 {
		t.Errorf("agents %v, want one for all calls", pids)
	}
}

// events collects what Notify is told.
type events struct {
	mu  sync.Mutex
	all []string
}

func (e *events) note(node string, up bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	word := map[bool]string{true: "up", false: "down"}[up]
	if err != nil {
		word += " " + err.Error()
	}
	e.all = append(e.all, node+" "+word)
}

func (e *events) list() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

// waitThrough waits for a task while its first agent is hit, and gives the pids that served it.
func waitThrough(t *testing.T, n *Node, dir string, hit syscall.Signal) (pids []int64) {
	t.Helper()
	ref := engine.TaskRef{Run: "r", Task: "t", Attempt: 3}
	s, err := n.Wait(t.Context(), ref, func(p engine.Progress) {
		if pids = append(pids, p.Done); len(pids) == 1 {
			if err := syscall.Kill(int(p.Done), hit); err != nil {
				t.Error(err)
			}
			return
		}
		write(t, filepath.Join(dir, "finish"), "", 0o600)
	})
	if err != nil || s.Receipt == nil || s.Receipt.TaskRef != ref {
		t.Fatalf("wait: %+v, %v", s, err)
	}
	return pids
}

func TestWaitGoesOnAfterAgentIsKilled(t *testing.T) {
	target, seen := local(t), &events{}
	n := node(t, testDialer(t, Options{Notify: seen.note}), target)
	if pids := waitThrough(t, n, target.StateDir, syscall.SIGKILL); len(pids) != 2 || pids[0] == pids[1] {
		t.Errorf("pids %v, want two agents", pids)
	}
	want := []string{"here down here: the connection was broken off", "here up"}
	if got := seen.list(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestSilentAgentIsDead(t *testing.T) {
	target, seen := local(t), &events{}
	d := testDialer(t, Options{Notify: seen.note})
	d.times.ping, d.times.pong = 50*time.Millisecond, 100*time.Millisecond
	n := node(t, d, target)
	if pids := waitThrough(t, n, target.StateDir, syscall.SIGSTOP); len(pids) != 2 {
		t.Errorf("pids %v, want two agents", pids)
	}
	if got := seen.list(); len(got) != 2 || got[0] != "here down here: no answer to pings for 150ms" {
		t.Errorf("told %q", got)
	}
}

func TestLossIsToldWithoutACall(t *testing.T) {
	seen := &events{}
	n := node(t, testDialer(t, Options{Notify: seen.note}), local(t))
	s, err := n.State(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(int(s.Epoch), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); len(seen.list()) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the loss was not told")
		}
	}
	again, err := n.State(t.Context(), "")
	if err != nil || again.Epoch == s.Epoch {
		t.Errorf("agent %d after %d, %v", again.Epoch, s.Epoch, err)
	}
}

func TestCallThatKillsItsAgentIsGivenUp(t *testing.T) {
	n := node(t, testDialer(t, Options{}), local(t))
	_, err := n.Cancel(t.Context(), engine.TaskRef{})
	wantClass(t, err, engine.ClassConnect, "5 sessions in a row ended right after "+wire.PathCancel)
	wantClass(t, err, engine.ClassConnect, "exit 9")
}

func TestBrokenAnswerOnALivingSessionIsNotAskedAgain(t *testing.T) {
	seen := &events{}
	n := node(t, testDialer(t, Options{Notify: seen.note}), local(t))
	before, err := n.State(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, n.Settle(t.Context(), engine.TaskRef{}), engine.ClassIO, "broke off its answer")
	if after, err := n.State(t.Context(), ""); err != nil || after.Epoch != before.Epoch || len(seen.list()) != 0 {
		t.Errorf("the session was given up: %d after %d, %v, told %q", after.Epoch, before.Epoch, err, seen.list())
	}
}

func TestAgentOfAnotherKindIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ hello, want string }{
		"protocol": {hello(wire.Version+1, testBuild), "speaks protocol 2"},
		"build":    {hello(wire.Version, "other"), "its agent is build other, this controller build " + testBuild},
		"garbage":  {"{", "first line"},
	} {
		t.Run(name, func(t *testing.T) {
			target := local(t)
			write(t, filepath.Join(target.StateDir, "hello"), c.hello, 0o600)
			_, err := node(t, testDialer(t, Options{}), target).State(t.Context(), "")
			wantClass(t, err, engine.ClassPrecondition, c.want)
		})
	}
}

func TestCancelledCallLeavesTheSession(t *testing.T) {
	target := local(t)
	n := node(t, testDialer(t, Options{}), target)
	ctx, cancel := context.WithCancel(t.Context())
	var pid int64
	_, err := n.Wait(ctx, engine.TaskRef{}, func(p engine.Progress) { pid = p.Done; cancel() })
	wantClass(t, err, engine.ClassCancelled, "here: "+wire.PathWait)
	if s, err := n.State(t.Context(), ""); err != nil || s.Epoch != pid {
		t.Errorf("agent %d, want %d still; %v", s.Epoch, pid, err)
	}
}

func TestClosedNodeRefuses(t *testing.T) {
	n := node(t, testDialer(t, Options{}), local(t))
	s, err := n.State(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(int(s.Epoch), 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("agent %d after Close: %v", s.Epoch, err)
	}
	_, err = n.State(t.Context(), "")
	wantClass(t, err, engine.ClassCancelled, "was closed")
}

func TestSelfMissing(t *testing.T) {
	n := node(t, testDialer(t, Options{Self: "/nonexistent/tidemark"}), local(t))
	if _, err := n.State(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "/nonexistent/tidemark") {
		t.Errorf("error %v", err)
	}
}

func TestProgramOfSudo(t *testing.T) {
	d := testDialer(t, Options{})
	d.o.Self = ""
	argv, err := d.local(Target{Name: "here", Connection: "local", Become: "root"}, verbSession, "m")
	exe, _ := os.Executable()
	want := []string{"sudo", "-n", "--", exe}
	if os.Geteuid() == 0 {
		want = []string{"/proc/self/exe"}
	}
	if err != nil || !slices.Equal(argv[:len(want)], want) {
		t.Errorf("argv %q, %v; want %q …", argv, err, want)
	}
}
