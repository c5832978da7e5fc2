package link

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/wire"
)

// patient is a node whose Wait lasts until its caller is gone.
type patient struct{ engine.Node }

func (patient) Wait(ctx context.Context, _ engine.TaskRef, _ func(engine.Progress)) (engine.TaskState, error) {
	<-ctx.Done()
	return engine.TaskState{}, ctx.Err()
}

// cable is one end of a connection in memory. Once it is cut, what is written is lost, and nobody is told.
type cable struct {
	net.Conn
	cut *atomic.Bool
}

func (c cable) Write(p []byte) (int, error) {
	if c.cut.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// Close ends what this end reads and writes; behind a cut the other end hears nothing of it.
func (c cable) Close() error {
	if c.cut.Load() {
		return c.SetDeadline(time.Now())
	}
	return c.Conn.Close()
}

// TestDeadAfterThreePings: an end that hears nothing asks after five seconds. The other one is dead when three such times
// have passed since its last word: exactly then, and at both ends.
func TestDeadAfterThreePings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		var cut atomic.Bool
		near, far := agent.NewConn(cable{a, &cut}, cable{a, &cut}), agent.NewConn(cable{b, &cut}, cable{b, &cut})
		go func() { _ = agent.Serve(far, patient{}, "marker", testBuild) }()
		skipLine(t, near)
		times := NewDialer(Options{}).times
		c, err := speak(near, times)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		died := map[string]<-chan time.Duration{"controller": after(began, near.Done()), "agent": after(began, far.Done())}
		go waitForEver(t.Context(), c)
		const word = 4 // pings that are answered
		time.Sleep(word*times.ping + time.Second)
		cut.Store(true)
		for end, at := range died {
			if got, want := <-at, (word+3)*times.ping; got != want {
				t.Errorf("to the %s the other end died after %s, want %s", end, got, want)
			}
		}
	})
}

func skipLine(t *testing.T, c net.Conn) {
	t.Helper()
	for b := []byte{0}; b[0] != '\n'; {
		if _, err := c.Read(b); err != nil {
			t.Fatal(err)
		}
	}
}

func after(began time.Time, done <-chan struct{}) <-chan time.Duration {
	at := make(chan time.Duration, 1)
	go func() {
		<-done
		at <- time.Since(began)
	}()
	return at
}

// waitForEver is a call that says nothing: only pings pass.
func waitForEver(ctx context.Context, c *http.ClientConn) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://agent"+wire.PathWait, strings.NewReader("{}"))
	if err != nil {
		panic(err)
	}
	if answer, err := c.RoundTrip(r); err == nil {
		_, _ = answer.Body.Read(make([]byte, 1))
		_ = answer.Body.Close()
	}
}
