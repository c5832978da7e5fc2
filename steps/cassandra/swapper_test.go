package cassandra

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// layouts are the shapes of data directories a node may have: one, two beside each other, two on their own.
func layouts() map[string][]string {
	return map[string][]string{
		"one":    {"/var/data"},
		"beside": {"/var/data", "/var/data2"},
		"apart":  {"/disk1/data", "/disk2/data"},
	}
}

func TestRestoreUninterrupted(t *testing.T) {
	for name, dirs := range layouts() {
		t.Run(name, func(t *testing.T) {
			n := newSwapNode(t, dirs...)
			if err := n.restore(never()); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(n.restored(), n.live()); d != "" {
				t.Error(d)
			}
			if left := n.tree("/var/hints", "/var/saved_caches"); len(left) != 0 {
				t.Error("hints and caches are still there:", left)
			}
			sw, _ := n.swapper(never())
			if sw.rec.State != stateRestored {
				t.Error("state:", sw.rec.State)
			}
		})
	}
}

// killed runs work on fresh nodes and ends it before the first, the second, … system call, until it is through.
func killed(t *testing.T, dirs []string, prepare func(*swapNode), work func(*swapNode, *killer) error, then func(n *swapNode, when string)) {
	t.Helper()
	for at := 0; ; at++ {
		n := newSwapNode(t, dirs...)
		prepare(n)
		k := &killer{left: at}
		err := work(n, k)
		if err == nil {
			if at < 20 {
				t.Errorf("only %d system calls: the hook is not everywhere", at)
			}
			return
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		then(n, fmt.Sprintf("killed at %d, before %s", at, strings.ReplaceAll(k.last, n.asker.root, "")))
	}
}

func nothing(*swapNode) {}

func TestRestoreKilledEverywhereResumes(t *testing.T) {
	for name, dirs := range layouts() {
		t.Run(name, func(t *testing.T) {
			killed(t, dirs, nothing, (*swapNode).restore, func(n *swapNode, when string) {
				n.mustBoot(when)
				if err := n.restore(never()); err != nil {
					t.Fatal(when, err)
				}
				if d := cmp.Diff(n.restored(), n.live()); d != "" {
					t.Fatal(when, d)
				}
				n.mustBoot("after resume, " + when)
				for name := range n.tree("/var/tidemark", "/disk1/tidemark") {
					if strings.Contains(name, "/old-2/") {
						t.Fatal(when, "exchanged twice:", name)
					}
				}
			})
		})
	}
}

// TestRestoreSoiledEverywhere lets Cassandra run after the kill: it boots whatever is there, flushes new rows into every table
// and writes hints. The resumed restore must end with exactly the backup, and keep the first old set.
func TestRestoreSoiledEverywhere(t *testing.T) {
	dirs := []string{"/var/data"}
	killed(t, dirs, nothing, (*swapNode).restore, func(n *swapNode, when string) {
		n.soil()
		if err := n.restore(never()); err != nil {
			t.Fatal(when, err)
		}
		for _, tab := range n.manifest.Tables {
			dir := filepath.Join("/var/data/homer", tab.Dir)
			want := sizes(spread(tab, dirs, dirs)[0])
			if ok, err := same(n.asker.Path(dir), want); !ok || err != nil {
				found, _ := contents(n.asker.Path(dir))
				t.Fatal(when, dir, found)
			}
			old := n.tree(filepath.Join("/var/tidemark", testRun, "old/homer", tab.Dir))
			kept := false
			for _, text := range old {
				kept = kept || text == "live "+tab.Name
			}
			if !kept {
				t.Fatal(when, "the first old set is lost:", old)
			}
		}
		if left := n.tree("/var/hints", "/var/saved_caches"); len(left) != 0 {
			t.Error(when, "hints and caches are still there:", left)
		}
		n.othersSafe(when)
		n.undoGivesBackRows(when)
	})
}

// soil is what Cassandra does when it runs half-way: new files in each live table, hints, caches, a snapshot.
func (n *swapNode) soil() {
	for _, t := range n.manifest.Tables {
		dir := filepath.Join("/var/data/homer", t.Dir)
		n.put(filepath.Join(dir, "nb-99-big-Data.db"), "flushed")
		n.put(filepath.Join(dir, "snapshots", "nightly", "nb-5-big-Data.db"), "taken meanwhile")
	}
	n.put("/var/hints/host-3-4.hints", "newer hint")
	n.put("/var/saved_caches/KeyCache-d.db", "newer cache")
}

func (n *swapNode) undoGivesBackRows(when string) {
	n.t.Helper()
	if err := n.undo(never()); err != nil {
		n.t.Fatal(when, err)
	}
	after := n.tree("/var/data", "/var/hints")
	for name, text := range n.was {
		// a snapshot of the same tag that was taken meanwhile gives the older one another name, see othersSafe
		if after[name] != text && !strings.HasPrefix(name, "/var/saved_caches") && !strings.Contains(name, "/snapshots/") {
			n.t.Fatalf("%s: undo: %s is %q, was %q", when, name, after[name], text)
		}
	}
	n.othersSafe("undo, " + when)
}

func (n *swapNode) mustBeAsBefore(when string) {
	n.t.Helper()
	if d := cmp.Diff(n.was, n.tree(append([]string{"/var/hints", "/var/saved_caches"}, n.dataDirs...)...)); d != "" {
		n.t.Fatal(when, d)
	}
}

func TestUndoFromEveryState(t *testing.T) {
	for name, dirs := range layouts() {
		t.Run(name, func(t *testing.T) {
			killed(t, dirs, nothing, (*swapNode).restore, func(n *swapNode, when string) {
				if err := n.undo(never()); err != nil {
					t.Fatal(when, err)
				}
				n.mustBeAsBefore(when)
			})
		})
	}
}

func TestUndoKilledEverywhereResumes(t *testing.T) {
	for name, dirs := range layouts() {
		t.Run(name, func(t *testing.T) {
			restored := func(n *swapNode) {
				if err := n.restore(never()); err != nil {
					t.Fatal(err)
				}
			}
			killed(t, dirs, restored, (*swapNode).undo, func(n *swapNode, when string) {
				n.mustBoot(when)
				if err := n.undo(never()); err != nil {
					t.Fatal(when, err)
				}
				n.mustBeAsBefore(when)
			})
		})
	}
}

// TestRestoreKilledThenUndoKilled kills the restore at every seventh call, then the undo at every fifth.
func TestRestoreKilledThenUndoKilled(t *testing.T) {
	for at := 0; at < 200; at += 7 {
		half := func(n *swapNode) {
			if err := n.restore(&killer{left: at}); err != nil && !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
		}
		for left := 0; ; left += 5 {
			n := newSwapNode(t, "/var/data")
			half(n)
			err := n.undo(&killer{left: left})
			if err == nil {
				break
			}
			n.mustBoot(fmt.Sprintf("restore killed at %d, undo at %d", at, left))
			if err := n.undo(never()); err != nil {
				t.Fatal(at, left, err)
			}
			n.mustBeAsBefore(fmt.Sprintf("restore killed at %d, undo at %d", at, left))
		}
	}
}

// TestProofComesBeforeEachExchange counts: without the proof no directory is exchanged.
func TestProofComesBeforeEachExchange(t *testing.T) {
	n := newSwapNode(t, "/var/data")
	sw, all := n.swapper(never())
	proofs := 0
	sw.prove = func() error {
		if proofs++; proofs == 3 { // the first is before all, the second before the first table
			return errors.New("cassandra runs")
		}
		return nil
	}
	if err := sw.restore(t.Context(), all); err == nil {
		t.Fatal("exchanged although Cassandra runs")
	}
	first, second := n.manifest.Tables[0], n.manifest.Tables[1]
	live := n.live()
	if live["/var/data/homer/"+first.Dir+"/nb-1-big-Data.db"] == "" {
		t.Error("the first table, proved, is not exchanged")
	}
	if live["/var/data/homer/"+second.Dir+"/nb-7-big-Data.db"] == "" {
		t.Error("the second table is exchanged without a proof")
	}
	if sw.rec.State != stateOpen {
		t.Error("the swap is not open:", sw.rec.State)
	}
}
