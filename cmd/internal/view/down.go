package view

import (
	"slices"
	"strings"

	"tidemark/engine"
)

// Down are the nodes on which the run has stopped or drained Cassandra, or may have: a task that does so has begun and
// nobody knows how far it came.
func Down(p *engine.Plan, s *engine.State) []string {
	return leftWith(p, s, func(key, value string) bool { return key == cassandraRunning && value != "true" })
}

// Restored are the nodes on which the run has exchanged tables with those of a backup, or may have.
func Restored(p *engine.Plan, s *engine.State) []string {
	return leftWith(p, s, func(key, _ string) bool { return strings.HasPrefix(key, factRestored) })
}

// leftWith are the nodes with such a fact, by the done task that promised last or by one that began and is not done.
func leftWith(p *engine.Plan, s *engine.State, holds func(key, value string) bool) []string {
	var out []string
	for _, node := range p.Nodes {
		facts, _ := s.Promises(p, node)
		left := false
		for key, value := range facts {
			left = left || holds(key, value)
		}
		p.Tasks(func(t *engine.Task) {
			if r := s.Tasks[t.ID]; t.Place() == node && r != nil && r.Attempt > 0 && r.Outcome != engine.Done {
				left = left || slices.ContainsFunc(t.Change.Will, func(f engine.Fact) bool { return holds(f.Key, f.Value) })
			}
		})
		if left {
			out = append(out, node)
		}
	}
	return out
}
