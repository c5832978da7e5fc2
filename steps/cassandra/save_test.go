package cassandra

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/backup"
)

const store = "/var/lib/tidemark/backups"

func saving() *saveSnapshot {
	return &saveSnapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}, Nodes: []string{"vellum-2", "vellum-1"}, Dir: store}
}

func (n *snapshotNode) host() *engine.Host {
	k := SaveSnapshot()
	v := engine.NewView(&k, n.Ground, engine.NewFacts(nil), n.Run, "vellum-1")
	v.Actual = true
	return engine.NewHost(v, n.Marks)
}

func (n *snapshotNode) open() *backup.Manifest {
	n.T.Helper()
	m, err := backup.Open(n.host(), store, tag, backup.Cassandra)
	if err != nil {
		n.T.Fatal(err)
	}
	return m
}

// Each call of nodetool starts a JVM, a second and more: a backup needs two.
func TestBackupCallsNodetoolTwice(t *testing.T) {
	n := newSnapshotNode(t)
	for _, do := range []func() error{
		func() error {
			_, _, err := n.Apply(Snapshot(), &snapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}})
			return err
		},
		func() error { _, _, err := n.Apply(SaveSnapshot(), saving()); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"nodetool snapshot -t " + tag + " -- homer memento", "nodetool clearsnapshot -t " + tag + " -- homer memento"}
	if d := cmp.Diff(want, n.Ground.Calls()); d != "" {
		t.Error(d)
	}
}

// A question to a server that works at night is dear as well: no task asks one twice, nor do the tasks of one plan.
func TestBackupAsksNothingTwice(t *testing.T) {
	n := newSnapshotNode(t)
	asked := map[string]int{}
	n.Ground.OnQuery = func(q engine.Query) ([]engine.Row, error) {
		asked[q.Statement]++
		return n.query(q)
	}
	taking := &snapshot{Tag: tag, Keyspaces: []string{"homer", "memento"}}
	planned := func(k engine.Kind, s engine.Step) error { _, err := n.Plan(k, s); return err }
	applied := func(k engine.Kind, s engine.Step) error { _, _, err := n.Apply(k, s); return err }
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"plan", func() error { return errors.Join(planned(Snapshot(), taking), planned(SaveSnapshot(), saving())) }},
		{"snapshot", func() error { return applied(Snapshot(), taking) }},
		{"save", func() error { return applied(SaveSnapshot(), saving()) }},
	} {
		clear(asked)
		if err := part.do(); err != nil {
			t.Fatal(err)
		}
		if len(asked) == 0 {
			t.Errorf("%s asks nothing", part.name)
		}
		for statement, times := range asked {
			if times > 1 {
				t.Errorf("%s asks %d times: %s", part.name, times, statement)
			}
		}
	}
}

func TestSaveSnapshot(t *testing.T) {
	n := newSnapshotNode(t)
	n.take("other-tool", []string{"homer"})
	n.take(tag, []string{"homer", "memento"})
	c, out, err := n.Apply(SaveSnapshot(), saving())
	if err != nil || c.Sign != engine.Creates {
		t.Fatalf("%+v, %v", c, err)
	}
	m := n.open()
	if err := m.Verify(t.Context(), n.Ground.Dir+backup.Path(store, tag, backup.Cassandra), backup.Checksums, nil); err != nil {
		t.Error(err)
	}
	got := map[string]string{}
	for _, table := range m.Tables {
		for _, f := range table.Files {
			got[table.Dir+"/"+f.Name] = fmt.Sprintf("disk %d linked %t", f.Disk, f.Linked)
		}
	}
	if d := cmp.Diff(savedFiles(), got); d != "" {
		t.Error(d)
	}
	if s := out.Value.(SaveOut); s.Files != 22 || s.Linked != 10 || s.Copied != 12 || s.Tables != 2 || !strings.Contains(out.Note, "not against a broken disk") {
		t.Errorf("%+v %q", s, out.Note)
	}
	if list := n.list(); strings.Contains(list, tag) || !strings.Contains(list, "other-tool") {
		t.Errorf("snapshots left: %s", list)
	}
	c, _, err = n.Apply(SaveSnapshot(), saving())
	if err != nil || c.Sign != engine.Same || len(c.Out) == 0 {
		t.Errorf("again: %+v, %v", c, err)
	}
}

func savedFiles() map[string]string {
	want := map[string]string{}
	for _, f := range []string{"Data.db", "Index.db", "Statistics.db", "TOC.txt", "Digest.crc32"} {
		linked := strings.HasSuffix(f, "a.db") || f == "Index.db"
		want[simservs+"/nb-1-big-"+f] = fmt.Sprintf("disk 0 linked %t", linked)
		want[simservs+"/nb-2-big-"+f] = fmt.Sprintf("disk 1 linked %t", linked)
		want[simservs+"/.idx/nb-1-big-"+f] = fmt.Sprintf("disk 0 linked %t", linked)
		want[calls+"/da-1-bti-"+f] = fmt.Sprintf("disk 1 linked %t", linked)
	}
	want[calls+"/da-1-bti-Partitions.db"] = "disk 1 linked true"
	want[calls+"/da-1-bti-Rows.db"] = "disk 1 linked true"
	return want
}

func TestSaveWritesDownTheRing(t *testing.T) {
	n := newSnapshotNode(t)
	n.take(tag, []string{"homer", "memento"})
	step := saving()
	step.Counts, step.CountTime, step.Keep, step.Site = true, time.Minute, true, "lab"
	if _, _, err := n.Apply(SaveSnapshot(), step); err != nil {
		t.Fatal(err)
	}
	m := n.open()
	want := backup.Server{
		HostID: "8cd40723", Cluster: "lab", Version: "5.0.8", Partitioner: "Murmur3Partitioner", DC: "site1", Rack: "rack1",
		Tokens: []string{"-100", "100"}, SchemaVersion: "866b", DataDirs: []string{"/var/lib/cassandra/data", "/disk2/data"},
	}
	if d := cmp.Diff(want, m.Server); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"vellum-1", "vellum-2"}, m.Nodes); d != "" || m.Site != "lab" || m.Run != tag || m.Times.Snapshot.Format("04:05.0") != "02:04.5" {
		t.Errorf("%s %+v", d, m)
	}
	k := m.Keyspace("homer")
	if k.Replication["replication_factor"] != "2" || !k.Durable || m.Keyspace("memento").Durable {
		t.Errorf("%+v", m.Keyspaces)
	}
	table := m.Table("homer", "simservs")
	if table.ID != simservsID || table.Create != "CREATE TABLE IF NOT EXISTS "+simservs || table.Columns[0].Name != "user" || table.GCGrace != 864000 {
		t.Errorf("%+v", table)
	}
	if *table.Rows != 2*3 { // the fake answers two rows to each of: (-100 wraps: > 200, ≤ -100), (0, 100]
		t.Errorf("%d rows", *table.Rows)
	}
	if !strings.Contains(n.list(), tag) {
		t.Error("the snapshot is gone, it was to be kept")
	}
}

func TestSaveNeverTouchesALinkedFile(t *testing.T) {
	n := newSnapshotNode(t)
	n.take(tag, []string{"homer", "memento"})
	live := n.disks()[0] + "/homer/" + simservs + "/nb-1-big-Data.db"
	before, _ := os.Stat(live)
	if _, _, err := n.Apply(SaveSnapshot(), saving()); err != nil {
		t.Fatal(err)
	}
	root := n.Ground.Dir + backup.Path(store, tag, backup.Cassandra)
	saved, err := os.Stat(filepath.Join(root, "data/homer", simservs, "nb-1-big-Data.db"))
	if err != nil || !os.SameFile(before, saved) || saved.Mode() != before.Mode() || saved.ModTime() != before.ModTime() {
		t.Errorf("%v: %v %v, was %v", err, saved.Mode(), saved.ModTime(), before)
	}
	copied, _ := os.Stat(filepath.Join(root, "data/homer", simservs, "nb-1-big-TOC.txt"))
	if copied.Sys().(*syscall.Stat_t).Nlink != 1 {
		t.Error("a small component is linked")
	}
	for _, dir := range []string{filepath.Dir(root), root, filepath.Join(root, "data/homer", simservs)} {
		if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", dir, info.Mode())
		}
	}
}

func TestSaveCopiesAcrossFileSystems(t *testing.T) {
	n, did := newSnapshotNode(t), &tally{}
	n.take(tag, []string{"homer", "memento"})
	d := counted(did, func(string) error { return nil })
	d.link = func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: unix.EXDEV} }
	out, err := saving().apply(t.Context(), n.host(), d)
	if err != nil || out.Value.(SaveOut).Copied != 22 || out.Value.(SaveOut).Note != "" {
		t.Errorf("%+v, %v", out, err)
	}
	if err := n.open().Verify(t.Context(), n.Ground.Dir+backup.Path(store, tag, backup.Cassandra), backup.Checksums, nil); err != nil {
		t.Error(err)
	}
}

func TestPrimaryRanges(t *testing.T) {
	got, err := primaryRanges([]string{"100", "-100"}, []string{"0", "200"})
	if d := cmp.Diff([][2]int64{{200, -100}, {0, 100}}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if got, _ := primaryRanges([]string{"7"}); cmp.Diff([][2]int64{{7, 7}}, got) != "" {
		t.Errorf("one token: %v", got)
	}
	_, err = primaryRanges([]string{"0a"})
	enginetest.Refused(t, err, engine.ClassPrecondition, "Murmur3Partitioner only")
}
