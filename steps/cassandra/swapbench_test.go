package cassandra

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/steps/backup"
)

const (
	testRun    = "20261123T010203Z-aa"
	testBackup = "20261122T010203Z-k7"
	tableID    = "0123456789abcdef0123456789abcdef"
)

// rooted is a node that has only files.
type rooted struct {
	engine.Asker
	root string
}

func (r rooted) Path(name string) string { return filepath.Join(r.root, name) }

// swapNode is a node's directories with a backup, two tables, an index, other tools' snapshots, hints and caches.
type swapNode struct {
	t        *testing.T
	asker    rooted
	dataDirs []string
	manifest *backup.Manifest
	// disk, where set, is told what becomes durable.
	disk func(call string, f *os.File) error
	// owner is Cassandra's user where it is not the test's own.
	owner *owner
	// was is every file of the live tree before the restore.
	was map[string]string
}

var errKilled = errors.New("killed")

func newSwapNode(t *testing.T, dataDirs ...string) *swapNode {
	n := &swapNode{t: t, asker: rooted{root: memoryDir(t)}, dataDirs: dataDirs}
	for i, d := range dataDirs {
		for _, table := range []string{"simservs", "users"} {
			dir := filepath.Join(d, "homer", table+"-"+tableID)
			n.put(filepath.Join(dir, fmt.Sprintf("nb-%d-big-Data.db", 7+i)), "live "+table)
			n.put(filepath.Join(dir, fmt.Sprintf("nb-%d-big-TOC.txt", 7+i)), "toc")
			n.put(filepath.Join(dir, ".by_name", fmt.Sprintf("nb-%d-big-Data.db", 3+i)), "live index")
			n.put(filepath.Join(dir, "snapshots", "nightly", "nb-1-big-Data.db"), "another tool's")
			n.put(filepath.Join(dir, "backups", "nb-2-big-Data.db"), "incremental")
		}
		n.put(filepath.Join(d, "homer", "later-"+tableID, "nb-1-big-Data.db"), "a table that the backup lacks")
	}
	n.put("/var/hints/host-1-2.hints", "hint")
	n.put("/var/saved_caches/KeyCache-d.db", "cache")
	n.save()
	n.was = n.tree(append([]string{"/var/hints", "/var/saved_caches"}, dataDirs...)...)
	return n
}

// memoryDir is a directory in memory where the machine has one: thousands of runs with a sync after each rename would
// take minutes on a disk. Which syncs there are is shown without one.
func memoryDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "tidemark-swap-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// save makes the backup: each table with one SSTable per data directory, and an index.
func (n *swapNode) save() {
	m := &backup.Manifest{Format: 1, Backup: testBackup, Source: backup.Cassandra, Node: "vellum-1", Nodes: []string{"vellum-1"}}
	m.Server.DataDirs = n.dataDirs
	m.Keyspaces = []backup.Keyspace{{Name: "homer"}}
	for _, name := range []string{"simservs", "users"} {
		t := backup.Table{Keyspace: "homer", Name: name, Dir: name + "-" + tableID}
		for i := range n.dataDirs {
			for _, f := range []string{"nb-%d-big-Data.db", "nb-%d-big-TOC.txt", ".by_name/nb-%d-big-Data.db"} {
				f = fmt.Sprintf(f, 1+i)
				text := "saved " + name + " " + f
				n.put(filepath.Join("/backups", testBackup, backup.Cassandra, "data/homer", t.Dir, f), text)
				sum := sha256.Sum256([]byte(text))
				t.Files = append(t.Files, backup.File{Name: f, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:]), Disk: i})
			}
		}
		m.Tables = append(m.Tables, t)
	}
	if err := m.Write(n.asker.Path(backup.Path("/backups", testBackup, backup.Cassandra))); err != nil {
		n.t.Fatal(err)
	}
	n.manifest = m
}

func (n *swapNode) put(name, text string) {
	n.t.Helper()
	if err := os.MkdirAll(filepath.Dir(n.asker.Path(name)), 0o755); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(n.asker.Path(name), []byte(text), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

// tree reads all files below dirs.
func (n *swapNode) tree(dirs ...string) map[string]string {
	out := map[string]string{}
	for _, d := range dirs {
		err := filepath.WalkDir(n.asker.Path(d), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			out[strings.TrimPrefix(path, n.asker.root)] = string(data)
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			n.t.Fatal(err)
		}
	}
	return out
}

// live is the tree without the hints and caches.
func (n *swapNode) live() map[string]string { return n.tree(n.dataDirs...) }

// killer ends the work before its nth system call.
type killer struct {
	left int
	last string
	seen int
}

func (k *killer) at(step string) error {
	k.seen++
	if k.left--; k.left < 0 {
		k.last = step
		return errKilled
	}
	return nil
}

// never lets all through.
func never() *killer { return &killer{left: 1 << 30} }

func (n *swapNode) swapper(k *killer) (*swapper, []incoming) {
	n.t.Helper()
	rec, err := readRecord(n.asker, n.dataDirs, testRun)
	if err != nil {
		n.t.Fatal(err)
	}
	if rec == nil {
		rec = &swapRecord{Run: testRun, Backup: testBackup, BackupDir: "/backups", State: stateStaged, DataDirs: n.dataDirs, Hints: "/var/hints", SavedCaches: "/var/saved_caches"}
		for _, t := range n.manifest.Tables {
			rec.add(t.Keyspace, t.Dir)
		}
	}
	me := owner{os.Getuid(), os.Getgid(), mostDir}
	if n.owner != nil {
		me = *n.owner
	}
	areas := areasOf(n.asker, n.dataDirs, testRun)
	st := &stager{
		asker: n.asker, hand: hand{k.at, n.disk}, areas: areas, rec: rec, manifest: n.manifest, owner: me,
		root: n.asker.Path(backup.Path("/backups", testBackup, backup.Cassandra)), meter: backup.NewMeter(nil, 0),
	}
	h := engine.NewHost(nil, testMarks{})
	var all []incoming
	tables, without := tablesOf(n.manifest, rec, "homer", n.dataDirs)
	if len(without) > 0 {
		n.t.Fatal("without a directory:", without)
	}
	for _, t := range tables {
		all = append(all, st.incoming(h, t))
	}
	return &swapper{asker: n.asker, hand: hand{k.at, n.disk}, areas: areas, rec: rec, owner: me, prove: func() error { return nil }}, all
}

type testMarks struct{}

func (testMarks) Mark(string) error  { return nil }
func (testMarks) Marked(string) bool { return false }

func (n *swapNode) restore(k *killer) error {
	sw, all := n.swapper(k)
	return sw.restore(context.Background(), all)
}

func (n *swapNode) undo(k *killer) error {
	sw, _ := n.swapper(k)
	return sw.undo(context.Background())
}

// mustBoot checks that each table directory is there and wholly old or wholly new, at any moment.
func (n *swapNode) mustBoot(when string) {
	n.t.Helper()
	for i, d := range n.dataDirs {
		for _, t := range n.manifest.Tables {
			dir := filepath.Join(d, t.Keyspace, t.Dir)
			found, err := contents(n.asker.Path(dir))
			if err != nil {
				n.t.Fatal(when, err)
			}
			old := map[string]int64{}
			for name, text := range n.was {
				if rel, ok := strings.CutPrefix(name, dir+"/"); ok && !strings.HasPrefix(rel, "snapshots") && !strings.HasPrefix(rel, "backups") {
					old[rel] = int64(len(text))
				}
			}
			isOld := cmp.Diff(old, found) == ""
			isNew := cmp.Diff(sizes(spread(t, n.dataDirs, n.dataDirs)[i]), found) == ""
			if !isOld && !isNew {
				n.t.Fatalf("%s: %s is neither old nor new: %v", when, dir, found)
			}
		}
	}
	n.othersSafe(when)
}

// othersSafe counts the files of other tools: none may be lost, wherever they lie at the moment.
func (n *swapNode) othersSafe(when string) {
	n.t.Helper()
	found := 0
	for _, text := range n.tree("/") {
		if text == "another tool's" || text == "incremental" || strings.HasPrefix(text, "a table that") {
			found++
		}
	}
	if want := 5 * len(n.dataDirs); found != want {
		n.t.Fatalf("%s: %d of %d files of others are left", when, found, want)
	}
}

// restored is the live tree that an uninterrupted restore leaves.
func (n *swapNode) restored() map[string]string {
	want := map[string]string{}
	for name, text := range n.was {
		if strings.HasPrefix(name, "/var/hints") || strings.HasPrefix(name, "/var/saved_caches") {
			continue
		}
		if strings.Contains(name, "/snapshots/") || strings.Contains(name, "/backups/") || strings.Contains(name, "later-") {
			want[name] = text
		}
	}
	for _, t := range n.manifest.Tables {
		for _, f := range t.Files {
			want[filepath.Join(n.dataDirs[f.Disk], t.Keyspace, t.Dir, f.Name)] = "saved " + t.Name + " " + f.Name
		}
	}
	return want
}
