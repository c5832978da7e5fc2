package backup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func TestVerifyBackup(t *testing.T) {
	id := testIDs()[0]
	data := "data/homer/simservs-ff/"
	cases := map[string]struct {
		depth string
		spoil func(root string)
		words []string
	}{
		"whole": {"checksums", func(string) {}, nil},
		"flipped byte": {
			"checksums", func(r string) { put(t, r+data+"nb-1-big-Data.db", "Rows of "+id) },
			[]string{"homer/simservs-ff/nb-1-big-Data.db: expected sha256 " + sumOf([]byte("rows of "+id)), "found " + sumOf([]byte("Rows of "+id))},
		},
		"flipped byte, only sizes": {"sizes", func(r string) { put(t, r+data+"nb-1-big-Data.db", "Rows of "+id) }, nil},
		"shorter":                  {"sizes", func(r string) { put(t, r+data+".idx/nb-1-big-Data.db", "ind") }, []string{".idx/nb-1-big-Data.db: expected 5 bytes, found 3"}},
		"missing":                  {"sizes", func(r string) { done(t, os.Remove(r+data+"nb-1-big-TOC.txt")) }, []string{"nb-1-big-TOC.txt: missing, expected 8 bytes"}},
		"all gone":                 {"sizes", func(r string) { done(t, os.RemoveAll(r+"data")) }, []string{"nb-1-big-TOC.txt: missing", "nb-1-big-Data.db: missing"}},
		"surplus":                  {"sizes", func(r string) { put(t, r+data+"nb-2-big-Data.db", "x") }, []string{"nb-2-big-Data.db: surplus"}},
		"a link instead": {"sizes", func(r string) {
			done(t, os.Remove(r+data+"nb-1-big-TOC.txt"))
			done(t, os.Symlink("/etc/passwd", r+data+"nb-1-big-TOC.txt"))
		}, []string{"nb-1-big-TOC.txt: expected a file, found L"}},
		"manifest rewritten after it was verified": {"sizes", func(r string) {
			m, _ := readManifest(r + manifestName)
			m.Site = "another"
			done(t, m.Write(r))
		}, []string{"manifest.json: expected sha256", "as verified at", "as sealed in set.json"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := enginetest.NewBench(t)
			whole(t, b, id)
			c.spoil(b.Ground.Dir + Path(store, id, Cassandra) + "/")
			change, _, err := b.Apply(VerifyBackup(), &verifyBackup{Backup: id, Dir: store, Source: Cassandra, Depth: c.depth})
			if change.Sign != engine.Changes {
				t.Errorf("sign %q: verifying is never done already", change.Sign)
			}
			if c.words == nil {
				if err != nil {
					t.Fatal(err)
				}
			} else {
				enginetest.Refused(t, err, engine.ClassPrecondition, append(c.words, "do not restore from it")...)
			}
			if e := list(asker(b), store)[0]; e.Complete != (c.words == nil) {
				t.Errorf("complete: %t, state %q", e.Complete, e.State)
			}
		})
	}
}

func TestVerifyStaysBadUntilTheFilesAreWholeAgain(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	whole(t, b, id)
	file := b.Ground.Dir + Path(store, id, Cassandra) + "/data/homer/simservs-ff/nb-1-big-Data.db"
	step := &verifyBackup{Backup: id, Dir: store, Source: Cassandra, Depth: "checksums"}
	put(t, file, "Rows of "+id)
	if _, _, err := b.Apply(VerifyBackup(), step); err == nil {
		t.Fatal("a flipped byte was not found")
	}
	put(t, file, "rows of "+id)
	if _, out, err := b.Apply(VerifyBackup(), step); err != nil || out.Value.(VerifyOut).Files != 3 {
		t.Fatalf("whole again: %v, %+v", err, out)
	}
	if e := list(asker(b), store)[0]; !e.Complete {
		t.Errorf("state %q", e.State)
	}
}

func TestVerifyOfSizesKeepsTheNoteOfChecksums(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	whole(t, b, id)
	if _, _, err := b.Apply(VerifyBackup(), &verifyBackup{Backup: id, Dir: store, Source: Cassandra, Depth: "sizes"}); err != nil {
		t.Fatal(err)
	}
	v, err := ReadVerified(filepath.Join(b.Ground.Dir, Path(store, id, Cassandra)))
	if err != nil || v.Depth != Checksums {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestVerifyIsPlannedOnAPromise(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	step := &verifyBackup{Backup: id, Dir: store, Source: Cassandra, Depth: "sizes"}
	if _, err := b.Plan(VerifyBackup(), step); err == nil {
		t.Error("planned without a backup")
	}
	b.Facts.Add([]engine.Fact{{Key: FactOf(id), Value: Saved}})
	if c, err := b.Plan(VerifyBackup(), step); err != nil || c.Sign != engine.Changes {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestVerifyOfAChangedManifestStaysBad(t *testing.T) {
	b, id := enginetest.NewBench(t), testIDs()[0]
	m := whole(t, b, id)
	m.Site = "another"
	if err := m.Write(b.Ground.Dir + Path(store, id, Cassandra)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, _, err := b.Apply(VerifyBackup(), &verifyBackup{Backup: id, Dir: store, Source: Cassandra, Depth: "checksums"})
		enginetest.Refused(t, err, engine.ClassPrecondition, "as verified at")
	}
}

// The run that saved a backup read its linked files where they lie; any other run reads them.
func TestVerifyReadsLinkedFilesOnce(t *testing.T) {
	for run, reads := range map[string]bool{"same": false, "later": true} {
		b, id := enginetest.NewBench(t), testIDs()[0]
		m := whole(t, b, id)
		root := b.Ground.Dir + Path(store, id, Cassandra)
		m.Run, m.Node = "same", "vellum-1"
		m.Tables[0].Files[0].Linked = true
		if err := errors.Join(Forget(root), os.Remove(filepath.Join(filepath.Dir(root), setName))); err != nil {
			t.Fatal(err)
		}
		if err := m.Write(root); err != nil {
			t.Fatal(err)
		}
		file := m.Tables[0].Files[0]
		put(t, filepath.Join(root, "data", m.Tables[0].Keyspace, m.Tables[0].Dir, file.Name), strings.Repeat("x", int(file.Size)))
		b.Run = run
		_, _, err := b.Apply(VerifyBackup(), &verifyBackup{Backup: id, Dir: store, Source: Cassandra, Depth: "checksums"})
		if (err != nil) != reads {
			t.Errorf("%s run: %v", run, err)
		}
	}
}
