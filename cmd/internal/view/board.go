package view

import (
	"fmt"
	"strings"
	"time"

	"tidemark/engine"
)

// board is what a live view knows: the stage, and of each node where it stands.
type board struct {
	run, runbook, stage string
	began               time.Time
	stages, passed      int
	nodes               map[string]*row
	order               []string
}

// row is one node.
type row struct {
	node     string
	total    int             // tasks of the whole run
	finished map[string]bool // done or skipped; a set, since a task may be done again
	task     string
	since    time.Time
	progress engine.Event
	failed   string // how the last task ended and its name, "" where it did not fail
	why      string
	lost     bool
}

func newBoard(p *engine.Plan) *board {
	b := &board{run: p.Run, runbook: p.Runbook, began: time.Now(), stages: len(p.Stages), nodes: map[string]*row{}}
	p.Tasks(func(t *engine.Task) { b.row(t.Node).total++ })
	return b
}

// recall shows a run that is taken up again as it was left.
func (b *board) recall(p *engine.Plan, s *engine.State) {
	b.passed = len(s.Barriers)
	p.Tasks(func(t *engine.Task) {
		r := s.Tasks[t.ID]
		switch {
		case r == nil:
		case r.Open:
			b.row(t.Node).task, b.row(t.Node).since = t.ID, b.began
		case r.Outcome == engine.Done || r.Outcome == engine.Skipped:
			b.row(t.Node).finished[t.ID] = true
		}
	})
}

func (b *board) row(node string) *row {
	if b.nodes[node] == nil {
		b.nodes[node] = &row{node: node, finished: map[string]bool{}}
		b.order = append(b.order, node)
	}
	return b.nodes[node]
}

func (b *board) event(e engine.Event) {
	switch e.Type {
	case engine.EventStage:
		b.stage = e.Stage
	case engine.EventBarrier:
		b.passed++
	case engine.EventBegin:
		r := b.row(e.Node)
		r.task, r.since, r.progress, r.failed = e.Task, e.Time, engine.Event{}, ""
	case engine.EventProgress:
		b.row(e.Node).progress = e
	case engine.EventEnd:
		b.row(e.Node).end(e)
	case engine.EventLost, engine.EventBack:
		if e.Node != "" {
			b.row(e.Node).lost = e.Type == engine.EventLost
		}
	}
}

func (r *row) end(e engine.Event) {
	r.task = ""
	switch e.Outcome {
	case engine.Done, engine.Skipped:
		r.finished[e.Task] = true
	default:
		r.failed = fmt.Sprintf("%s %s", e.Outcome, shortTask(e.Task))
		r.why = e.Message
	}
}

// shortTask takes stage and node off a task id.
func shortTask(id string) string {
	if i := strings.LastIndex(id, "@"); i >= 0 {
		id = id[:i]
	}
	_, step, _ := strings.Cut(id, "/")
	return step
}
