package view

import (
	"slices"
	"sync"
	"time"

	"tidemark/engine"
)

// Tracker follows the events of a run, safe for readers beside the run: what runs now, how long each stage took.
type Tracker struct {
	mu     sync.Mutex
	alive  map[string]time.Time
	stages []StageTime
}

// StageTime is when a stage began and passed.
type StageTime struct {
	Stage       string
	Began, Over time.Time
}

// NewTracker knows of nothing yet.
func NewTracker() *Tracker { return &Tracker{alive: map[string]time.Time{}} }

// Attach notes the attempts that were open when a run is taken up again: they may live on their nodes.
func (t *Tracker) Attach(s *engine.State, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, r := range s.Tasks {
		if r.Open {
			t.alive[id] = now
		}
	}
}

// Event moves the tracker on.
func (t *Tracker) Event(e engine.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e.Type {
	case engine.EventBegin:
		t.alive[e.Task] = e.Time
	case engine.EventEnd:
		delete(t.alive, e.Task)
	case engine.EventStage:
		t.stages = append(t.stages, StageTime{Stage: e.Stage, Began: e.Time})
	case engine.EventBarrier, engine.EventClosed:
		if n := len(t.stages); n > 0 && t.stages[n-1].Over.IsZero() {
			t.stages[n-1].Over = e.Time
		}
	}
}

// Alive lists the tasks that began and did not end, by name.
func (t *Tracker) Alive() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for id := range t.alive {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// times are the stages so far.
func (t *Tracker) times() []StageTime {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.stages)
}
