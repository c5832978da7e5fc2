package backup

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// The clock was ahead when the others were made, or it was set back since: the run's own backup has the oldest time of all.
func TestPruneNeverTakesTheRunsOwn(t *testing.T) {
	for _, keep := range []int{4, 1} {
		b, ids := enginetest.NewBench(t), testIDs()
		for _, id := range ids[1:5] {
			whole(t, b, id)
		}
		b.Run = ids[0]
		step := &pruneBackups{Dir: store, Keep: keep, Min: 1}
		b.Facts.Add([]engine.Fact{{Key: FactOf(b.Run), Value: Saved}})
		dry, err := b.Plan(PruneBackups(), step)
		done(t, err)
		whole(t, b, b.Run)
		c, out, err := b.Apply(PruneBackups(), step)
		done(t, err)
		if got := strings.Join(names(t, b), " "); dry.Sign != engine.Same || c.Sign != engine.Same || out.Value != nil || got != strings.Join(ids[:5], " ") {
			t.Errorf("keep %d: %s %q, %s %q, left %s", keep, dry.Sign, dry.Summary, c.Sign, c.Summary, got)
		}
		text := c.Summary + "\n" + strings.Join(c.Details, "\n")
		for _, says := range []string{"since the clocks leave their age open: " + ids[4], "= " + ids[4] + ", 40 B, in " + store + "/" + ids[4] + "/cassandra stays: it looks newer than this run"} {
			if !strings.Contains(text, says) {
				t.Errorf("it does not say %q:\n%s", says, text)
			}
		}
	}
}

// A runbook may give its backup a name of its own: the dry run cannot know it, so it stays beyond those that are kept.
func TestPruneNeverTakesTheRunsOwnOfAnotherName(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	for _, id := range ids[1:] {
		whole(t, b, id)
	}
	m := fake(t, b, ids[0])
	m.Run = b.Run
	done(t, m.Write(b.Ground.Dir+Path(store, ids[0], Cassandra)))
	seal(t, b, m)
	c, out, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 4, Min: 1})
	if err != nil || !slices.Equal(out.Value.(PruneOut).Removed, ids[1:2]) {
		t.Errorf("%+v, %+v, %v", c, out, err)
	}
}

// Backups of a clock that was ahead take no place: the ones of the right time are kept beside them, and are pruned as ever.
func TestPruneBesideBackupsFromTheFuture(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	future := []string{"20270101T000000Z-xx", "20270102T000000Z-yy"}
	for _, id := range append(future, ids...) {
		whole(t, b, id)
	}
	b.Run = ids[5]
	c, out, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 2, Min: 1})
	if p := out.Value.(PruneOut); err != nil || !slices.Equal(p.Removed, []string{ids[3], ids[2], ids[1], ids[0]}) || !slices.Equal(p.Doubted, []string{future[1], future[0]}) {
		t.Errorf("%+v, %+v, %v", c, p, err)
	}
	if want := "kept as well, since the clocks leave their age open: " + future[1] + ", " + future[0]; !strings.Contains(out.Note, want) {
		t.Errorf("%q does not say %q", out.Note, want)
	}
}

// The id has the time of the controller, the snapshot that of the node. Order goes by the id, which is the same on all nodes;
// where the node's clock contradicts it, nothing goes.
func TestPruneWhereTheNodesClockContradicts(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	for i, id := range ids {
		m := fake(t, b, id)
		if i == 1 {
			m.Times.Snapshot = m.Times.Snapshot.Add(1000 * time.Hour) // the node was ahead on that day
		}
		m.Times.Snapshot = m.Times.Snapshot.Add(time.Minute) // and is always a bit
		done(t, m.Write(b.Ground.Dir+Path(store, id, Cassandra)))
		seal(t, b, m)
	}
	if got := list(asker(b), store); got[0].ID != ids[5] || got[4].ID != ids[1] {
		t.Errorf("the order is the node's clock's: %+v", got)
	}
	c, out, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 4, Min: 1})
	if err != nil || !slices.Equal(out.Value.(PruneOut).Removed, ids[:1]) {
		t.Fatalf("%+v, %+v, %v", c, out, err)
	}
	if want := "stays: by its id it is older than " + ids[5] + ", by the clock of this node it is not"; !strings.Contains(strings.Join(c.Details, "\n"), want) {
		t.Errorf("%q does not say %q", c.Details, want)
	}
}

// What goes was approved by name: another list is refused, and a deletion that was broken off goes on.
func TestPruneRemovesWhatWasApproved(t *testing.T) {
	cases := map[string]struct {
		change func(b *enginetest.Bench, ids []string)
		want   string
	}{
		"nothing new": {func(*enginetest.Bench, []string) {}, ""},
		"another one has come in": {
			func(b *enginetest.Bench, _ []string) { whole(t, b, "20261121T120000Z-zz") },
			"backup 20261119T000000Z-cc in " + store + " was to stay, is to be removed",
		},
		"one counts no more": {
			func(b *enginetest.Bench, ids []string) { done(t, os.Remove(b.Ground.Dir+store+"/"+ids[4]+"/set.json")) },
			"backup 20261118T000000Z-bb in " + store + " was to be removed, is to stay",
		},
		"it was broken off": {func(b *enginetest.Bench, ids []string) {
			root := b.Ground.Dir + Path(store, ids[1], Cassandra)
			done(t, os.Rename(root+"/"+manifestName, root+"/"+prunedName))
		}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b, ids := enginetest.NewBench(t), testIDs()
			for _, id := range ids[:5] {
				whole(t, b, id)
			}
			b.Run = ids[5]
			b.Facts.Add([]engine.Fact{{Key: FactOf(b.Run), Value: Saved}})
			step := &pruneBackups{Dir: store, Keep: 4, Min: 1}
			approved, err := b.Plan(PruneBackups(), step)
			done(t, err)
			whole(t, b, b.Run)
			c.change(b, ids)
			real, err := engine.PlanStep(t.Context(), step, actual(b))
			done(t, err)
			err = engine.Compare(approved, real, nil)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func actual(b *enginetest.Bench) *engine.View {
	k := PruneBackups()
	v := engine.NewView(&k, b.Ground, engine.NewFacts(nil), b.Run, "vellum-1")
	v.Actual = true
	return v
}
