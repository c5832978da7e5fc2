package backup

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

const store = "/var/lib/tidemark/backups"

// ids of backups, oldest first.
func testIDs() []string {
	return []string{
		"20261117T000000Z-aa", "20261118T000000Z-bb", "20261119T000000Z-cc",
		"20261120T000000Z-dd", "20261121T000000Z-ee", "20261122T000000Z-ff",
	}
}

// done fails the test where one of its own preparations did.
func done(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fake writes a backup of one table with two files and an index component, not verified.
func fake(t testing.TB, b *enginetest.Bench, id string) *Manifest {
	t.Helper()
	m := &Manifest{
		Backup: id, Run: id, Source: Cassandra, Node: "vellum-1", Nodes: []string{"vellum-1", "vellum-2"},
		Server: Server{HostID: "8cd40723", Tokens: []string{"1"}}, Times: Times{Snapshot: timeOf(id)},
		Keyspaces: []Keyspace{{Name: "homer"}},
		Tables:    []Table{{Keyspace: "homer", Name: "simservs", ID: "ff", Dir: "simservs-ff"}},
	}
	root := b.Ground.Dir + Path(store, id, Cassandra)
	for name, text := range map[string]string{"nb-1-big-Data.db": "rows of " + id, ".idx/nb-1-big-Data.db": "index", "nb-1-big-TOC.txt": "Data.db\n"} {
		f := File{Name: name, Size: int64(len(text)), SHA256: sumOf([]byte(text))}
		m.Tables[0].Files = append(m.Tables[0].Files, f)
		m.Totals.Files++
		m.Totals.Bytes += f.Size
		put(t, filepath.Join(root, m.Tables[0].Rel(f)), text)
	}
	if err := m.Write(root); err != nil {
		t.Fatal(err)
	}
	return m
}

// whole verifies and seals a fake backup.
func whole(t testing.TB, b *enginetest.Bench, id string) *Manifest {
	t.Helper()
	m := fake(t, b, id)
	seal(t, b, m)
	return m
}

// seal notes m as verified and sealed.
func seal(t testing.TB, b *enginetest.Bench, m *Manifest) {
	t.Helper()
	root := b.Ground.Dir + Path(store, m.Backup, Cassandra)
	done(t, noteVerified(root, m, Checksums))
	_, err := writeJSON(filepath.Join(filepath.Dir(root), setName),
		Seal{Format: Format, Backup: m.Backup, Time: time.Now(), Nodes: []SealedNode{{"vellum-1", m.Sum()}, {"vellum-2", ""}}})
	done(t, err)
}

func asker(b *enginetest.Bench) engine.Asker {
	k := ListBackups()
	return engine.NewView(&k, b.Ground, engine.NewFacts(nil), b.Run, "vellum-1")
}

func TestOpen(t *testing.T) {
	id := testIDs()[0]
	root := func(b *enginetest.Bench) string { return b.Ground.Dir + Path(store, id, Cassandra) }
	cases := map[string]struct {
		spoil func(b *enginetest.Bench)
		ask   string
		words []string
	}{
		"no such id": {nil, "20990101T000000Z-zz", []string{"does not exist on this node", store, "on this node are " + id}},
		"near id":    {nil, id[:len(id)-1] + "0", []string{"did you mean " + id + "? on this node are " + id + "; of all nodes: tidemark backups"}},
		"path as id": {nil, "../../etc", []string{"an id has letters"}},
		"incomplete": {func(b *enginetest.Bench) { done(t, os.Remove(filepath.Join(root(b), manifestName))) }, id, []string{"incomplete on this node", manifestName}},
		"deleting": {func(b *enginetest.Bench) {
			done(t, os.Rename(filepath.Join(root(b), manifestName), filepath.Join(root(b), prunedName)))
		}, id, []string{"being deleted"}},
		"no source":             {func(b *enginetest.Bench) { done(t, os.RemoveAll(root(b))) }, id, []string{"has no cassandra part"}},
		"torn":                  {func(b *enginetest.Bench) { put(t, filepath.Join(root(b), manifestName), `{"format":1,`) }, id, []string{"manifest.json is damaged (12 B, sha256 ", "bring its manifest from a copy"}},
		"newer":                 {func(b *enginetest.Bench) { put(t, filepath.Join(root(b), manifestName), `{"format":2}`) }, id, []string{"format 2; this build reads 1 to 1, so a newer tidemark made it", "use the tidemark that made it"}},
		"newer, of other types": {func(b *enginetest.Bench) { put(t, filepath.Join(root(b), manifestName), `{"format":2,"nodes":{}}`) }, id, []string{"a newer tidemark made it"}},
		"of no backup":          {func(b *enginetest.Bench) { put(t, filepath.Join(root(b), manifestName), `{"format":1}`) }, id, []string{"is damaged (12 B", "it lacks the name of its backup"}},
		"another backup": {func(b *enginetest.Bench) {
			put(t, filepath.Join(root(b), manifestName), `{"format":1,"backup":"other","source":"cassandra","node":"vellum-1"}`)
		}, id, []string{"belongs to backup other"}},
		"path out of the tree": {func(b *enginetest.Bench) {
			put(t, filepath.Join(root(b), manifestName), `{"format":1,"tables":[{"keyspace":"k","dir":"d","files":[{"name":"../../x"}]}]}`)
		}, id, []string{`bad file "../../x"`}},
		"legacy": {func(b *enginetest.Bench) {
			put(t, b.Ground.Dir+"/usr/share/clearwater/homer/backup/backups/homer/1395401410135/t-1/a-Data.db", "x")
		}, "1395401410135", []string{"legacy backup", "restore_backup.sh"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := enginetest.NewBench(t)
			whole(t, b, id)
			if c.spoil != nil {
				c.spoil(b)
			}
			_, err := Open(asker(b), store, c.ask, Cassandra)
			enginetest.Refused(t, err, engine.ClassPrecondition, c.words...)
		})
	}
}

func TestOpenGivesBackWhatWasWritten(t *testing.T) {
	b := enginetest.NewBench(t)
	want := fake(t, b, testIDs()[0])
	got, err := Open(asker(b), store, testIDs()[0], Cassandra)
	if err != nil {
		t.Fatal(err)
	}
	if got.Sum() != want.Sum() || len(got.Table("homer", "simservs").Files) != 3 || got.Table("homer", "x") != nil {
		t.Errorf("read %+v", got)
	}
	if err := got.ForNode("vellum-9", "8cd40723"); err != nil {
		t.Errorf("same host id under another name: %v", err)
	}
	enginetest.Refused(t, got.ForNode("vellum-2", "other"), engine.ClassPrecondition, "belongs to another node", "vellum-1", "this is vellum-2")
}
