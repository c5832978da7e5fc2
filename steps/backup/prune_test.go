package backup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func names(t testing.TB, b *enginetest.Bench) []string {
	t.Helper()
	return subdirs(b.Ground.Dir + store)
}

func TestPruneKeepsTheNewest(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	for _, id := range ids {
		whole(t, b, id)
	}
	c, out, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 4, Min: 1})
	if err != nil || c.Sign != engine.Destroys || c.Risk != engine.Harmless {
		t.Fatalf("%+v, %v", c, err)
	}
	if d := cmp.Diff(ids[2:], names(t, b)); d != "" {
		t.Error(d)
	}
	if !strings.Contains(c.Details[0], ids[1]) || !strings.Contains(c.Details[1], ids[0]) || len(c.Details) != 2 {
		t.Errorf("details %q", c.Details)
	}
	if p := out.Value.(PruneOut); p.Bytes == 0 || len(p.Removed) != 2 || len(p.Kept) != 4 {
		t.Errorf("%+v", p)
	}
	if c, _, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 4, Min: 1}); err != nil || c.Sign != engine.Same {
		t.Errorf("again: %q, %v", c.Sign, err)
	}
}

func TestPruneLeavesWhatDoesNotCount(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	dir := b.Ground.Dir + store
	for _, id := range ids {
		whole(t, b, id)
	}
	done(t, os.Remove(dir+"/"+ids[5]+"/set.json"))                // not sealed: does not take a place
	done(t, os.Remove(dir+"/"+ids[4]+"/cassandra/verified.json")) // not verified
	done(t, os.Remove(dir+"/"+ids[3]+"/cassandra/manifest.json")) // not saved
	if err := Use(asker(b), store, ids[0], "R1"); err != nil {    // its restore is not released
		t.Fatal(err)
	}
	put(t, dir+"/notes.txt", "foreign")
	put(t, dir+"/by-hand/cassandra/file", "foreign")
	put(t, dir+"/"+ids[1]+"/cassandra/data/homer/note", "foreign")
	legacy := b.Ground.Dir + "/usr/share/clearwater/homer/backup/backups/homer/1395401410135/t-1/a-Data.db"
	put(t, legacy, "x")

	_, out, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 1, Min: 1})
	if err != nil {
		t.Fatal(err)
	}
	if p := out.Value.(PruneOut); !slices.Equal(p.Removed, []string{ids[1]}) || !slices.Equal(p.Left, []string{store + "/" + ids[1] + "/cassandra"}) {
		t.Errorf("%+v", p)
	}
	for _, f := range []string{"/notes.txt", "/by-hand/cassandra/file", "/" + ids[1] + "/cassandra/data/homer/note", "/" + ids[0] + "/cassandra/manifest.json", "/" + ids[2] + "/set.json"} {
		if !exists(dir + f) {
			t.Errorf("%s is gone", f)
		}
	}
	if !exists(legacy) || exists(dir+"/"+ids[1]+"/cassandra/data/homer/simservs-ff") {
		t.Error("the legacy tree is gone, or the backup's files are not")
	}
	if err := Unuse(asker(b), store, ids[0], "R1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 1, Min: 1}); err != nil || exists(dir+"/"+ids[0]) {
		t.Errorf("released, still there: %v", err)
	}
}

// What was saved and never sealed may be all that somebody has, until enough newer ones are complete; without a manifest
// nobody can tell what belongs to it, so it is named with what it takes.
func TestPruneRemovesWhatWasNeverSealed(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	dir := b.Ground.Dir + store
	for _, id := range ids {
		whole(t, b, id)
	}
	done(t, os.Remove(dir+"/"+ids[0]+"/cassandra/manifest.json"))
	for _, id := range []string{ids[1], ids[2], ids[4]} {
		done(t, os.Remove(dir+"/"+id+"/set.json"))
	}
	done(t, Use(asker(b), store, ids[2], "R1"))
	c, out, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 2, Min: 1})
	if err != nil || c.Sign != engine.Destroys || !slices.Equal(out.Value.(PruneOut).Removed, []string{ids[1]}) {
		t.Fatalf("%+v, %+v, %v", c, out, err)
	}
	text := c.Summary + "\n" + strings.Join(c.Details, "\n")
	for _, says := range []string{
		"remove 0 of 2 complete backups and 1 that never became complete", "- " + ids[1] + ", 40 B", "never sealed, and 2 newer are complete",
		"= " + ids[4] + " (not sealed: it is not known whether the other nodes of the set have theirs), 40 B",
		"= " + ids[0] + " (incomplete: no manifest), 1", " B, in " + store + "/" + ids[0] + "/cassandra stays", // and its note's 150 B
	} {
		if !strings.Contains(text, says) {
			t.Errorf("it does not say %q:\n%s", says, text)
		}
	}
	if d := cmp.Diff([]string{ids[0], ids[2], ids[3], ids[4], ids[5]}, names(t, b)); d != "" {
		t.Error(d)
	}
	if c, _, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 3, Min: 1}); err != nil || c.Sign != engine.Same || len(names(t, b)) != 5 {
		t.Errorf("fewer complete ones than are kept: %+v, %v", c, err)
	}
}

func TestPruneGoesOnWithABegunDeletion(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	whole(t, b, ids[0])
	whole(t, b, ids[1])
	root := b.Ground.Dir + Path(store, ids[0], Cassandra)
	done(t, os.Rename(filepath.Join(root, manifestName), filepath.Join(root, prunedName)))
	done(t, os.Remove(root+"/data/homer/simservs-ff/nb-1-big-Data.db"))
	c, _, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 4, Min: 1})
	if err != nil || c.Sign != engine.Destroys || !slices.Equal(names(t, b), ids[1:2]) {
		t.Errorf("%q %v, left %v", c.Sign, err, names(t, b))
	}
}

// TestPruneLeavesADeletionThatNobodyKnows: without the list of its files nothing of it can go, and the others must go all the same.
func TestPruneLeavesADeletionThatNobodyKnows(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	for _, id := range ids[:3] {
		whole(t, b, id)
	}
	root := b.Ground.Dir + Path(store, ids[1], Cassandra)
	done(t, os.Remove(filepath.Join(root, manifestName)))
	put(t, filepath.Join(root, prunedName), "{rotten")
	c, _, err := b.Apply(PruneBackups(), &pruneBackups{Dir: store, Keep: 1, Min: 1})
	if err != nil || c.Sign != engine.Destroys || !slices.Equal(names(t, b), ids[1:3]) {
		t.Errorf("%q %v, left %v", c.Sign, err, names(t, b))
	}
	if text := strings.Join(c.Details, "\n"); !strings.Contains(text, "= "+ids[1]+" (its deletion was begun, and the list of its files cannot be read)") {
		t.Error(text)
	}
}

func TestPruneCountsTheBackupOfThisRunBeforeItIsThere(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	for _, id := range ids[:4] {
		whole(t, b, id)
	}
	step := &pruneBackups{Dir: store, Keep: 4, Min: 1}
	if c, err := b.Plan(PruneBackups(), step); err != nil || c.Sign != engine.Same {
		t.Errorf("%q, %v", c.Sign, err)
	}
	b.Facts.Add([]engine.Fact{{Key: FactOf(b.Run), Value: Saved}})
	c, err := b.Plan(PruneBackups(), step)
	if err != nil || c.Sign != engine.Destroys || len(c.Details) != 1 || !strings.Contains(c.Details[0], ids[0]) {
		t.Errorf("%+v, %v", c, err)
	}
	// but nothing goes before it is there
	if c, _, err := b.Apply(PruneBackups(), step); err != nil || c.Sign != engine.Same || len(names(t, b)) != 4 {
		t.Errorf("%q, %v", c.Sign, err)
	}
}

func TestPruneRemovesNothingThatWasNotPlanned(t *testing.T) {
	b, ids := enginetest.NewBench(t), testIDs()
	for _, id := range ids {
		whole(t, b, id)
	}
	k := PruneBackups()
	v := engine.NewView(&k, b.Ground, engine.NewFacts(nil), b.Run, "vellum-1")
	step := &pruneBackups{Dir: store, Keep: 4, Min: 1}
	if _, err := step.Apply(t.Context(), engine.NewHost(v, b.Marks), engine.Change{Data: engine.Encode(ids[1:2])}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(append(ids[:1:1], ids[2:]...), names(t, b)); d != "" {
		t.Error(d)
	}
}

func TestSurplus(t *testing.T) {
	const run = "r"
	rapid.Check(t, func(t *rapid.T) {
		var all []unit
		own := rapid.IntRange(0, 2).Draw(t, "own")
		for i := range rapid.IntRange(own, 12).Draw(t, "n") {
			u := unit{id: string(rune('a' + i)), complete: rapid.Bool().Draw(t, "complete"), unsealed: rapid.Bool().Draw(t, "unsealed"), inUse: rapid.Bool().Draw(t, "in use")}
			u.named, u.taken = time.Unix(int64(100-i), 0), time.Unix(int64(rapid.IntRange(80, 100).Draw(t, "taken")), 0)
			if u.own = i < own; u.own && i == 0 {
				u.id = run
			}
			all = append(all, u)
		}
		stay := rapid.IntRange(0, 6).Draw(t, "stay")
		gone := surplus(all, run, stay)
		var places []unit
		for _, u := range all { // newest first
			if !slices.Contains(ids(gone), u.id) {
				if u.complete && len(places) < stay && (!u.own || u.id == run) {
					places = append(places, u)
				} else if u.complete && !u.inUse && !u.own && u.doubt == "" {
					t.Fatalf("%s stays beyond %d", u.id, stay)
				}
				continue
			}
			if u.own || u.inUse || u.doubt != "" || !u.complete && !u.unsealed {
				t.Fatalf("%+v goes", u)
			}
			if len(places) < stay {
				t.Fatalf("%s goes before %d newer complete ones stay", u.id, stay)
			}
			for _, k := range places {
				if !k.own && u.taken.After(k.taken) {
					t.Fatalf("%s goes and its snapshot is newer than that of %s, which stays", u.id, k.id)
				}
			}
		}
	})
}

func TestCount(t *testing.T) {
	for got, want := range map[string]string{
		engine.Count(1, "complete backup"): "1 complete backup", engine.Count(0, "file"): "0 files", engine.Count(3, "table"): "3 tables",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
