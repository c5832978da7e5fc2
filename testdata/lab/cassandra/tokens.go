// Package cassandra holds what the lab's Cassandra is fed with: its tokens,
// its configuration, its schema.
package cassandra

import (
	"math/rand/v2"
	"slices"
)

// tokensPerNode is the lab's num_tokens.
const tokensPerNode = 16

// Tokens returns the tokens of n nodes.  They are random but the same for the
// same seed, and on purpose not evenly interleaved: an even ring would make
// nodetool repair -pr and coverage special cases.
func Tokens(seed uint64, n int) [][]int64 {
	random := rand.New(rand.NewPCG(seed, 0x7469646d))
	seen := map[int64]bool{}
	rings := make([][]int64, n)
	for i := range rings {
		for len(rings[i]) < tokensPerNode {
			// The smallest value is the partitioner's own mark, never a token.
			token := int64(random.Uint64())
			if token == -1<<63 || seen[token] {
				continue
			}
			seen[token] = true
			rings[i] = append(rings[i], token)
		}
		slices.Sort(rings[i])
	}
	return rings
}
