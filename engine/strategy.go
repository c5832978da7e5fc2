package engine

import "sync/atomic"

// waves cuts a stage's nodes into groups that pass one after the other; without `waves:` it is one group.
func waves(s *PlannedStage) [][]string {
	var out [][]string
	nodes := s.Nodes
	for _, n := range s.Strategy.WaveSizes(len(s.Nodes)) {
		out, nodes = append(out, nodes[:n]), nodes[n:]
	}
	return out
}

// failures counts the nodes of a stage that failed, or whose task is unknown, in this process.
type failures struct {
	n    atomic.Int64
	most int64
}

// tooMany tells whether more failed than the strategy's max-failures.
func (f *failures) tooMany() bool { return f.n.Load() > f.most }
