package main

import (
	"slices"
	"time"
)

// work is something that takes time.
type work func() error

// taken measures works in turn, as often as asked, and gives the median of each. A round before them does not count: in
// it tidemark brings its program to the nodes, and its memory is watched, which would cost it time in the others.
func (b *bench) taken(times int, works ...work) ([]time.Duration, error) {
	all := make([][]time.Duration, len(works))
	defer func() { b.timed = false }()
	for round := range times + 1 {
		b.timed = round > 0
		for i, do := range works {
			began := time.Now()
			if err := do(); err != nil {
				return nil, err
			}
			if b.timed {
				all[i] = append(all[i], time.Since(began))
			}
			b.say("  %d, round %d: %s (load %s)", i+1, round, seconds(time.Since(began)), load())
		}
	}
	out := make([]time.Duration, len(works))
	for i, one := range all {
		out[i] = median(one)
	}
	return out, nil
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}
