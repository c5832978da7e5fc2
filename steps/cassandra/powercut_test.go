package cassandra

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/steps/backup"
	"tidemark/testdata/powercut"
)

// watched remembers what becomes durable on the node from now on.
func (n *swapNode) watched() *powercut.Disk {
	d := powercut.New(n.t, n.asker.root)
	n.disk = func(call string, f *os.File) error {
		if call == callFlush {
			d.Flush(f.Name())
			return nil
		}
		return d.Sync(f)
	}
	return d
}

// cutAnywhere runs work on fresh nodes and cuts the power before the first, the second, … change, then once behind the last:
// what is left is looked at. It is never cut between the two syncs of a rename: that is one step for every file system
// whose names outlive a crash, and only two for who asks.
func cutAnywhere(t *testing.T, prepare func(*swapNode), work func(*swapNode, *killer) error, then func(n *swapNode, when string, done bool)) {
	t.Helper()
	for at, done := 0, false; !done; at++ {
		n := newSwapNode(t, "/disk1/data", "/disk2/data")
		prepare(n)
		disk, k := n.watched(), &killer{left: at}
		err := work(n, k)
		if done = err == nil; !done && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if strings.HasPrefix(k.last, "sync ") {
			continue
		}
		n.asker.root, n.disk = disk.Cut(), nil
		then(n, "cut before "+k.last, done)
	}
}

// TestPowerFailsInARestore: each table is wholly old or wholly new, the restore goes on to its end or is undone, and behind
// its end nothing of it is lost.
func TestPowerFailsInARestore(t *testing.T) {
	cutAnywhere(t, nothing, (*swapNode).restore, func(n *swapNode, when string, done bool) {
		n.mustBoot(when)
		if sw, _ := n.swapper(never()); done && sw.rec.State != stateRestored {
			t.Fatal(when, "the record says", sw.rec.State)
		}
		if !done {
			if err := n.restore(never()); err != nil {
				t.Fatal(when, err)
			}
		}
		if d := cmp.Diff(n.restored(), n.live()); d != "" {
			t.Fatal(when, d)
		}
		if err := n.undo(never()); err != nil {
			t.Fatal(when, err)
		}
		n.mustBeAsBefore(when)
	})
}

func TestPowerFailsInAnUndo(t *testing.T) {
	restored := func(n *swapNode) {
		if err := n.restore(never()); err != nil {
			t.Fatal(err)
		}
	}
	cutAnywhere(t, restored, (*swapNode).undo, func(n *swapNode, when string, done bool) {
		n.mustBoot(when)
		if !done {
			if err := n.undo(never()); err != nil {
				t.Fatal(when, err)
			}
		}
		n.mustBeAsBefore(when)
	})
}

// TestKilledThenPowerFails: what was killed had changed things that were not on disk; who goes on finds them done, and with
// its end they are on disk.
func TestKilledThenPowerFails(t *testing.T) {
	for name, work := range map[string]func(*swapNode, *killer) error{"restore": (*swapNode).restore, "undo": (*swapNode).undo} {
		for at, killed := 0, true; killed; at++ {
			n := newSwapNode(t, "/disk1/data", "/disk2/data")
			if name == "undo" {
				if err := n.restore(never()); err != nil {
					t.Fatal(err)
				}
			}
			disk, k := n.watched(), &killer{left: at}
			killed = work(n, k) != nil
			if err := work(n, never()); err != nil {
				t.Fatal(err)
			}
			want := n.live()
			n.asker.root, n.disk = disk.Cut(), nil
			if d := cmp.Diff(want, n.live()); d != "" {
				t.Fatalf("%s killed before %s: %s", name, k.last, d)
			}
		}
	}
}

// untilSync is a hand that is killed before it makes a name durable.
func untilSync(h hand) hand {
	h.at = func(step string) error {
		if strings.HasPrefix(step, "sync ") {
			return errKilled
		}
		return nil
	}
	return h
}

// TestPowerFailsBehindAnEndThatIsFound: an attempt was killed between its last record's rename and the sync of that name;
// whoever finds it done, and says so, makes it durable. A dry run touches no disk.
func TestPowerFailsBehindAnEndThatIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		before, found string
		kind          engine.Kind
		step          func(hand) engine.Step
	}{
		"restore": {stateOpen, stateRestored, RestoreKeyspace(), func(h hand) engine.Step {
			return &restoreKeyspace{Keyspace: "homer", Backup: tag, Dir: store, hand: h}
		}},
		"undo": {stateUndoing, stateUndone, UndoRestore(), func(h hand) engine.Step { return &undoRestore{Run: restoreRun, hand: h} }},
	} {
		t.Run(name, func(t *testing.T) {
			n := restoredOn(t)
			dirs := []string{"/var/lib/cassandra/data", "/disk2/data"}
			rec, err := readRecord(rooted{root: n.Ground.Dir}, dirs, restoreRun)
			if err != nil {
				t.Fatal(err)
			}
			rec.enter(c.before)
			if err := rec.save(hand{}, rooted{root: n.Ground.Dir}); err != nil {
				t.Fatal(err)
			}
			disk := powercut.New(t, n.Ground.Dir)
			h := hand{disk: func(_ string, f *os.File) error { return disk.Sync(f) }}
			rec.enter(c.found)
			if err := rec.save(untilSync(h), rooted{root: n.Ground.Dir}); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			before := disk.Syncs()
			if change, err := n.Plan(c.kind, c.step(h)); err != nil || change.Sign != engine.Same || disk.Syncs() != before {
				t.Fatalf("%+v, %v, %d syncs", change, err, disk.Syncs()-before)
			}
			n.must(c.kind, c.step(h), engine.Same)
			n.Ground.Dir = disk.Cut()
			if rec, err := readRecord(rooted{root: n.Ground.Dir}, dirs, restoreRun); err != nil || rec.State != c.found {
				t.Errorf("%+v, %v", rec, err)
			}
		})
	}
}

// TestPowerFailsBehindASave: the manifest is there, or a table's mark, only when all that it names is on disk.
func TestPowerFailsBehindASave(t *testing.T) {
	n := newSnapshotNode(t)
	if err := os.Truncate(n.disks()[1]+"/homer/"+simservs+"/nb-2-big-Data.db", worthMarking); err != nil {
		t.Fatal(err)
	}
	n.take(tag, []string{"homer", "memento"})
	disk, d := powercut.New(t, n.Ground.Dir), realDisk()
	saved := func(root string) map[string]string {
		sw := &swapNode{t: t, asker: rooted{root: root}}
		return sw.tree(backup.Path(store, tag, backup.Cassandra) + "/data")
	}
	d.flush = func(root string) error {
		if exists(filepath.Join(root, "manifest.json")) {
			t.Error("the manifest is there before what it names is on disk")
		}
		disk.Flush(n.Ground.Dir)
		return nil
	}
	marked := 0
	h := engine.NewHost(n.host().View, markFunc(func(key string) {
		marked++
		if d := cmp.Diff(saved(n.Ground.Dir), saved(disk.Cut())); d != "" {
			t.Errorf("at the mark of %s: %s", key, d)
		}
	}))
	if _, err := saving().apply(t.Context(), h, d); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(saved(n.Ground.Dir), saved(disk.Cut())); d != "" || len(n.open().Tables) == 0 {
		t.Errorf("behind the manifest: %s", d)
	}
	if marked == 0 {
		t.Error("no table was marked")
	}
}

// markFunc is told of marks.
type markFunc func(key string)

// Mark tells; Marked knows none.
func (f markFunc) Mark(key string) error { f(key); return nil }
func (markFunc) Marked(string) bool      { return false }

// TestTheSystemIsAsked where nobody watches: it cannot sync what is closed.
func TestTheSystemIsAsked(t *testing.T) {
	f, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for _, call := range []string{callSync, callFlush} {
		if err := (hand{}).durable(call, f); err == nil {
			t.Errorf("%s: nobody was asked", call)
		}
	}
	if err := realDisk().flush(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a save flushes nothing")
	}
}
