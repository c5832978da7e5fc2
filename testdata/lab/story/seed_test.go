package story

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// seed decides at which points things are killed: TIDEMARK_SEED, else the commit, so that every commit tries other
// points and a failure can be tried again.
func seed() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("TIDEMARK_SEED"), 10, 64); err == nil {
		return n
	}
	head, err := exec.Command("git", "-C", root(), "rev-parse", "HEAD").Output()
	if err != nil {
		return 1 // no repository: a copy of the sources
	}
	n, _ := strconv.ParseUint(cmp.Or(strings.TrimSpace(string(head)), "1")[:8], 16, 64)
	return n
}

// chance draws for one test; which tests run beside it changes nothing.
func chance(t *testing.T) *rand.Rand {
	t.Helper()
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name()))
	t.Logf("to draw the same again: TIDEMARK_SEED=%d", seed())
	return rand.New(rand.NewPCG(seed(), name.Sum64()))
}

// task is a task of the stage's step on one of the nodes, for one of the items if there are any.
func task(r *rand.Rand, step string, items ...string) string {
	if len(items) > 0 {
		step += "[" + items[r.IntN(len(items))] + "]"
	}
	return fmt.Sprintf("%s@%s", step, vellums[r.IntN(len(vellums))])
}
