package backup

import (
	"encoding/json"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// sstable writes a made-up SSTable with the digest its version would have.
func sstable(t testing.TB, base, digest, sum string) {
	t.Helper()
	put(t, base+"Data.db", "rows")
	put(t, base+"TOC.txt", "Data.db\nTOC.txt\nDigest."+digest+"\n")
	put(t, base+"Digest."+digest, sum)
}

func legacyTrees(t testing.TB, b *enginetest.Bench) string {
	t.Helper()
	root := b.Ground.Dir + legacyRoot
	sstable(t, root+"/homestead/backup/backups/provisioning/1395401410135/public-0a/provisioning-public-ka-1-", "adler32", fmt.Sprint(adler32.Checksum([]byte("rows"))))
	sstable(t, root+"/homestead/backup/backups/cache1395401410140/impi-0b/nb-1-big-", "crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte("rows"))))
	sstable(t, root+"/homer/backup/backups/homer/1395401410135/simservs-0c/homer-simservs-jb-1-", "sha1", sumOfSHA1)
	put(t, root+"/ellis/backup/backups/1395401410/db_backup.sql", "INSERT\n-- Dump completed on 2014-03-21\n\n")
	put(t, root+"/sprout/README", "foreign")
	return root
}

const sumOfSHA1 = "6c30d261539235005dac78552ab077de42661332"

func TestListBackupsShowsTheLegacyShapes(t *testing.T) {
	b := enginetest.NewBench(t)
	legacyTrees(t, b)
	whole(t, b, testIDs()[0])
	fake(t, b, testIDs()[1])
	c, err := b.Plan(ListBackups(), &listBackups{Dir: store})
	if err != nil || c.Sign != engine.Same {
		t.Fatalf("%q, %v", c.Sign, err)
	}
	var out ListOut
	if err := json.Unmarshal(c.Out, &out); err != nil {
		t.Fatal(err)
	}
	got := map[string]Shape{}
	for _, l := range out.Legacy {
		if l.Time.Year() != 2014 || l.Bytes == 0 {
			t.Errorf("%+v", l)
		}
		got[l.Component+" "+l.Keyspace+" "+l.ID] = l.Shape
	}
	want := map[string]Shape{
		"homestead homestead_provisioning 1395401410135": ShapeNested, "homestead homestead_cache 1395401410140": ShapeJoined,
		"homer homer 1395401410135": ShapeNested, "ellis  1395401410": ShapeEpoch,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(out.Backups) != 2 || out.Backups[0].State != "not verified" || !out.Backups[1].Complete {
		t.Errorf("%+v", out.Backups)
	}
	c, _ = b.Plan(ListBackups(), &listBackups{Dir: store, Keyspace: "memento"})
	if err := json.Unmarshal(c.Out, &out); err != nil || len(out.Backups)+len(out.Legacy) != 0 {
		t.Errorf("of memento: %+v, %v", out, err)
	}
}

func TestVerifyLegacy(t *testing.T) {
	cases := map[string]struct {
		id    string
		spoil func(root string)
		words []string
	}{
		"adler32 and sha1": {"1395401410135", nil, nil},
		"crc32":            {"1395401410140", nil, nil},
		"dump":             {"1395401410", nil, nil},
		"flipped byte": {
			"1395401410140", func(r string) {
				put(t, r+"/homestead/backup/backups/cache1395401410140/impi-0b/nb-1-big-Data.db", "Rows")
			},
			[]string{"cache1395401410140", "expected crc32 " + fmt.Sprint(crc32.ChecksumIEEE([]byte("rows"))), "found " + fmt.Sprint(crc32.ChecksumIEEE([]byte("Rows")))},
		},
		"missing": {
			"1395401410135", func(r string) {
				done(t, os.Remove(r+"/homer/backup/backups/homer/1395401410135/simservs-0c/homer-simservs-jb-1-Data.db"))
			},
			[]string{"Data.db is missing", "TOC.txt: missing Data.db"},
		},
		"cut dump": {"1395401410", func(r string) { put(t, r+"/ellis/backup/backups/1395401410/db_backup.sql", "INSERT\n") }, []string{"cut off"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := enginetest.NewBench(t)
			root := legacyTrees(t, b)
			if c.spoil != nil {
				c.spoil(root)
			}
			_, out, err := b.Apply(VerifyBackup(), &verifyBackup{Backup: c.id, Dir: store, Source: Cassandra, Depth: "checksums"})
			if c.words != nil {
				enginetest.Refused(t, err, engine.ClassPrecondition, c.words...)
				return
			}
			if err != nil || out.Value.(VerifyOut).Files == 0 || len(out.Value.(VerifyOut).Legacy) == 0 {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
}
