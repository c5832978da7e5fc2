package agent

import (
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
)

// onThread gives a machine whose Cassandra lives on a thread of its own, and the number of that thread. Names stand for the
// given addresses. Every socket's thread is noted.
func onThread(t *testing.T, addresses ...string) (m *Machine, thread int, threads func() []int) {
	t.Helper()
	w := &worker{jobs: make(chan func())}
	go func() {
		runtime.LockOSThread()
		w.work()
	}()
	t.Cleanup(func() { close(w.jobs) })
	var mu sync.Mutex
	var seen []int
	m = &Machine{Netns: "of-a-test", space: w}
	m.dialer.lookup = func(context.Context, string) ([]string, error) { return slices.Clone(addresses), nil }
	m.dialer.Control = func(string, string, syscall.RawConn) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, unix.Gettid())
		return nil
	}
	_ = w.do(func() error { thread = unix.Gettid(); return nil })
	return m, thread, func() []int {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}

func listening(t *testing.T) (port string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestDialStaysOnTheThread: a name of two families is dialled in Cassandra's namespace, which is a thread's.
func TestDialStaysOnTheThread(t *testing.T) {
	port := listening(t)
	for _, addresses := range [][]string{{"127.0.0.1"}, {"::1", "127.0.0.1"}, {"127.0.0.2", "127.0.0.3", "127.0.0.1"}, {"127.0.0.1", "::1"}} {
		m, thread, threads := onThread(t, addresses...)
		for range 5 {
			if up, err := m.Listens(t.Context(), engine.Signaling, "vellum.example:"+port); err != nil || !up {
				t.Fatalf("%v: %v %v", addresses, up, err)
			}
		}
		got := slices.Compact(threads())
		if len(got) == 1 && got[0] == thread {
			continue
		}
		t.Errorf("%v: sockets were made on the threads %v, want %d alone", addresses, got, thread)
	}
}

// TestClosedOnlyWhereAllAre: one address that refuses says nothing of another that cannot be asked.
func TestClosedOnlyWhereAllAre(t *testing.T) {
	for what, c := range map[string]struct {
		errs   map[string]error
		failed string
	}{
		"all refuse":                   {map[string]error{"127.0.0.2": nil, "127.0.0.3": nil}, ""},
		"one refuses, one is not told": {map[string]error{"127.0.0.2": nil, "127.0.0.3": syscall.EACCES}, "permission denied"},
		"the family is missing":        {map[string]error{"127.0.0.2": nil, "127.0.0.3": syscall.EAFNOSUPPORT}, ""},
		"only the family is missing":   {map[string]error{"127.0.0.3": syscall.EAFNOSUPPORT}, "not supported"},
	} {
		t.Run(what, func(t *testing.T) {
			addresses := make([]string, 0, 2)
			for a := range c.errs {
				addresses = append(addresses, a)
			}
			slices.Sort(addresses)
			m, _, _ := onThread(t, addresses...)
			m.dialer.Control = func(_, address string, _ syscall.RawConn) error {
				host, _, err := net.SplitHostPort(address)
				return errors.Join(err, c.errs[host])
			}
			up, err := m.Listens(t.Context(), engine.Signaling, "vellum.example:1")
			if up || (err == nil) != (c.failed == "") || err != nil && !strings.Contains(err.Error(), c.failed) {
				t.Errorf("%v %v", up, err)
			}
		})
	}
}
