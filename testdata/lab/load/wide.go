package load

import (
	"fmt"
	"iter"
	"math/rand/v2"
)

const (
	widePublic = "sip:switchboard@example.com"
	wideBatch  = 100
)

// wideRows writes n rows of the wide partition from the given number on.
func wideRows(seed uint64, from, n int) iter.Seq[work] {
	return func(yield func(work) bool) {
		for begin := from; begin < from+n; begin += wideBatch {
			random := rand.New(rand.NewPCG(seed, 1<<63|uint64(begin)))
			var batch batch
			for i := begin; i < min(begin+wideBatch, from+n); i++ {
				batch = append(batch, callLists.dynamic(widePublic, wideName(i), blob(random, 60)))
			}
			if !yield(work{batch}) {
				return
			}
		}
	}
}

func wideGone(n int) work {
	var work work
	for begin := 0; begin < n; begin += wideBatch {
		var batch batch
		for i := begin; i < min(begin+wideBatch, n); i++ {
			batch = append(batch, callLists.dropRow(widePublic, wideName(i)))
		}
		work = append(work, batch)
	}
	return work
}

func wideName(i int) string { return fmt.Sprintf("call_%08d", i) }
