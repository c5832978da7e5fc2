package schema

import (
	"strconv"
	"strings"
)

// Strategy says how the nodes of a stage pass it.
type Strategy struct {
	Parallel    string   // all, a number or a percentage: how many at a time
	Waves       []string // sizes of one wave after the other
	MaxFailures int      // no new node starts beyond it
	FailFast    bool     // running nodes end after their current task
}

// Limit is how many of total nodes run at a time, at least one.
func (s Strategy) Limit(total int) int { return share(s.Parallel, total) }

// WaveSizes cuts total nodes into waves; without waves it is one of all. The
// last wave's size repeats until no node is left.
func (s Strategy) WaveSizes(total int) []int {
	var out []int
	for i, left := 0, total; left > 0; i++ {
		size := left
		if len(s.Waves) > 0 {
			size = min(left, share(s.Waves[min(i, len(s.Waves)-1)], total))
		}
		out = append(out, size)
		left -= size
	}
	return out
}

// share is what "all", "3" or "10%" means of total; parts round up.
func share(text string, total int) int {
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		n, _ := strconv.Atoi(percent)
		return max(1, (total*n+99)/100)
	}
	if n, err := strconv.Atoi(text); err == nil {
		return max(1, min(n, total))
	}
	return max(1, total)
}
