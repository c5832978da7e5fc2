package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
)

// inReadiness waits for the process that a lock prepares.
func (a *Agent) inReadiness(t *testing.T) *hand {
	t.Helper()
	for range 1000 {
		a.hands.mu.Lock()
		h := a.hands.ready
		a.hands.mu.Unlock()
		if h != nil {
			return h
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("no process waits for a task")
	return nil
}

func (h *hand) end(t *testing.T) {
	t.Helper()
	select {
	case <-h.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("a process without a task goes on")
	}
}

func TestATaskTakesTheProcessInReadiness(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo said; echo >> done", Dir: dir})
	h := a.inReadiness(t)
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if a.children.gone(a.store.attempt(spec.TaskRef).dir) != h.ended {
		t.Error("another process took the task")
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Receipt.Outcome != engine.Done {
		t.Fatalf("%+v, %v", s.Receipt, err)
	}
	if next := a.inReadiness(t); next == h {
		t.Error("the process serves twice")
	}
}

func TestNoProcessOutlivesTheAgentWithoutATask(t *testing.T) {
	a := newAgent(t)
	h := a.inReadiness(t)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	h.end(t)
}

func TestAProcessKilledInReadinessIsReplaced(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	h := a.inReadiness(t)
	h.input.Close()
	h.end(t)
	spec := order1(t, shell{Script: "echo >> done", Dir: dir})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Receipt.Outcome != engine.Done {
		t.Fatalf("%+v, %v", s.Receipt, err)
	}
}

// An order larger than a socket holds arrives as a whole.
func TestLargeOrder(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	spec := order1(t, shell{Script: "echo >> done; # " + strings.Repeat("x", 100<<10), Dir: dir, Fail: strings.Repeat("y", 1<<20)})
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Receipt.Outcome != engine.Done {
		t.Fatalf("%+v, %v", s.Receipt, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "done")); err != nil {
		t.Error(err)
	}
}
