package engine

// waves cuts a stage's nodes into groups that pass one after the other; without `waves:` it is one group.
func waves(s *PlannedStage) [][]string {
	var out [][]string
	nodes := s.Nodes
	for _, n := range s.Strategy.WaveSizes(len(s.Nodes)) {
		out, nodes = append(out, nodes[:n]), nodes[n:]
	}
	return out
}
