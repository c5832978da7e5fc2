package engine

import (
	"strconv"
	"strings"
)

// waves cuts a stage's nodes into groups that pass one after the other; without `waves:` it is one group.
func waves(s *PlannedStage) [][]string {
	nodes := s.Nodes
	var out [][]string
	for _, w := range s.Strategy.Waves {
		if len(nodes) == 0 {
			break
		}
		n := share(w, len(s.Nodes), len(nodes))
		out, nodes = append(out, nodes[:n]), nodes[n:]
	}
	if len(nodes) > 0 {
		out = append(out, nodes)
	}
	return out
}

// parallel is how many nodes of a wave run at once.
func parallel(s *PlannedStage, n int) int {
	return share(s.Strategy.Parallel, len(s.Nodes), n)
}

// share reads "all", "3" or "10%" of all, at least 1 and at most limit.
func share(text string, all, limit int) int {
	n := limit
	if pct, ok := strings.CutSuffix(text, "%"); ok {
		if v, err := strconv.Atoi(pct); err == nil {
			n = all * v / 100
		}
	} else if v, err := strconv.Atoi(text); err == nil {
		n = v
	}
	return max(1, min(n, limit))
}
