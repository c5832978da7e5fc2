package backup

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tidemark/engine/enginetest"
)

// What a node of a ring has of one backup.
const (
	none     = "-" // nothing
	saved3   = "m" // a manifest
	verified = "v" // verified by checksums
	sealed   = "s" // and sealed
)

// ringNodes are the nodes of every set.
func ringNodes() []string { return []string{"vellum-1", "vellum-2", "vellum-3"} }

// holds puts a backup in this state on the node, whose clock was off by skew when the snapshot was taken.
func holds(t *testing.T, b *enginetest.Bench, node, id, state string, skew time.Duration) {
	t.Helper()
	if state == none {
		return
	}
	m := fake(t, b, id)
	m.Node, m.Nodes, m.Times.Snapshot = node, ringNodes(), timeOf(id).Add(skew)
	root := b.Ground.Dir + Path(store, id, Cassandra)
	done(t, m.Write(root))
	if state != saved3 {
		done(t, noteVerified(root, m, Checksums))
	}
	if state == sealed {
		seal := Seal{Format: Format, Backup: id}
		for _, n := range ringNodes() {
			seal.Nodes = append(seal.Nodes, SealedNode{Name: n})
		}
		_, err := writeJSON(filepath.Join(filepath.Dir(root), setName), seal)
		done(t, err)
	}
}

// TestRetentionLeavesAWholeSet: each node looks at itself alone, and whatever was killed, down or replaced, what they keep
// has a backup in common that is whole on all of them: complete, or one that only wants to be sealed.
func TestRetentionLeavesAWholeSet(t *testing.T) {
	ids := testIDs()[:3]
	for name, c := range map[string]struct {
		// has is, by node, the state of the three backups, oldest first; skew is that of a node's clock at the newest.
		has   [3]string
		keep  int
		prune []int
		skew  [3]time.Duration
		whole string
	}{
		"all is well":                           {has: [3]string{"sss", "sss", "sss"}, keep: 1, prune: []int{0, 1, 2}, whole: ids[2]},
		"a node is down":                        {has: [3]string{"sss", "sss", "sss"}, keep: 1, prune: []int{0, 2}, whole: ids[2]},
		"killed among the seals":                {has: [3]string{"sss", "ssv", "ssv"}, keep: 1, prune: []int{0, 1, 2}, whole: ids[2]},
		"killed among the seals, twice":         {has: [3]string{"ssv", "svs", "svv"}, keep: 1, prune: []int{0, 1, 2}, whole: ids[2]},
		"half sealed before the newest":         {has: [3]string{"sss", "svs", "svs"}, keep: 2, prune: []int{0, 1, 2}, whole: ids[2]},
		"the newest on two of three":            {has: [3]string{"ssv", "ssv", "ss-"}, keep: 1, prune: []int{0, 1, 2}, whole: ids[1]},
		"the newest not verified on one":        {has: [3]string{"ssv", "ssv", "ssm"}, keep: 1, prune: []int{0, 1, 2}, whole: ids[1]},
		"one was replaced, and backed up since": {has: [3]string{"sss", "sss", "--s"}, keep: 1, prune: []int{0, 1, 2}, whole: ids[2]},
		"a clock a year behind":                 {has: [3]string{"sss", "sss", "sss"}, keep: 1, prune: []int{0, 1, 2}, skew: [3]time.Duration{1: -365 * 24 * time.Hour}, whole: ids[2]},
	} {
		t.Run(name, func(t *testing.T) {
			byNode := map[string][]Entry{}
			for i, node := range ringNodes() {
				b := enginetest.NewBench(t)
				for j, id := range ids {
					skew := time.Duration(0)
					if j == len(ids)-1 {
						skew = c.skew[i]
					}
					holds(t, b, node, id, c.has[i][j:j+1], skew)
				}
				if slices.Contains(c.prune, i) {
					if _, _, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: c.keep, Min: 1}); err != nil {
						t.Fatal(err)
					}
				}
				byNode[node] = list(asker(b), store)
			}
			left := ""
			for _, s := range Sets(byNode) {
				left += fmt.Sprintf("%s: %s; ", s.ID, s.Share())
				if s.ID == c.whole && (s.Complete() || s.Unsealed()) {
					return
				}
			}
			t.Errorf("%s is whole no more: %s", c.whole, left)
		})
	}
}
