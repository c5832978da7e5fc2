package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/journal"
)

// watched is an output that a test reads while a verb writes it.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
	news chan struct{}
}

func (s *watched) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *watched) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// until waits for text.
func (s *watched) until(t *testing.T, text string) {
	t.Helper()
	for late := time.After(30 * time.Second); !strings.Contains(s.String(), text); {
		select {
		case <-s.news:
		case <-late:
			t.Fatalf("%q did not come; shown:\n%s", text, s.String())
		}
	}
}

// watch attaches to a run; the channel gives the exit code when the watching ends.
func (h *house) watch(ctx context.Context, run string) (*watched, <-chan int) {
	out := &watched{news: make(chan struct{}, 1)}
	a := &app{stdin: strings.NewReader(""), stdout: out, stderr: out, build: buildOnce(), dial: h.dial}
	ended := make(chan int, 1)
	go func() {
		ended <- a.execute(ctx, []string{"--site", filepath.Join(h.dir, "site.yaml"), "--state", h.state, "attach", run})
	}()
	return out, ended
}

// TestAttach: whoever watches sees what stands in the journal and what comes, may go without harm, and is told the end.
func TestAttach(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	j, _, err := journal.Open(journal.Dir(h.state, openRun))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	driven := func(e engine.Event) {
		e.Run = openRun
		if err := j.Append(&e); err != nil {
			t.Fatal(err)
		}
	}
	first, go1 := context.WithCancel(t.Context())
	one, oneEnded := h.watch(first, openRun)
	two, twoEnded := h.watch(t.Context(), openRun)
	driven(engine.Event{Type: engine.EventBegin, Stage: "first", Task: "first/a@one", Node: "one", Attempt: 1})
	one.until(t, "first/a@one")
	two.until(t, "first/a@one")
	go1()
	if code := <-oneEnded; code != 0 || !strings.Contains(one.String(), "only the watching ended; the run goes on") {
		t.Errorf("the watcher that left ended with %d:\n%s", code, one)
	}
	if d, err := journal.DrivenBy(j.Dir()); err != nil || d == nil {
		t.Fatalf("the run lost its driver with a watcher: %v", err)
	}
	driven(engine.Event{Type: engine.EventEnd, Stage: "first", Task: "first/a@one", Node: "one", Attempt: 1, Outcome: engine.Done})
	driven(engine.Event{Type: engine.EventClosed, Reason: "done"})
	if code := <-twoEnded; code != 0 || !strings.Contains(two.String(), "closed: done") {
		t.Errorf("the other one ended with %d:\n%s", code, two)
	}
}

// TestAttachToARunThatNobodyDrives: it says so, and how to go on.
func TestAttachToARunThatNobodyDrives(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen)
	h.wants(h.do("attach"), 0, "no process drives run "+openRun, "resume "+openRun)
}
