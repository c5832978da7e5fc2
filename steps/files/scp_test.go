package files

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/steps/backup"
)

// landing is a node that takes one stream: it puts files where the copy grows, has them looked at, and names them.
type landing struct {
	engine.Ground
	files map[string]string
	order engine.CopyOrder
}

func (l *landing) Copy(_ context.Context, o engine.CopyOrder) (engine.Copied, error) {
	l.order = o
	dir := l.Root() + o.Target + ".part"
	for name, text := range l.files {
		if o.Omit != nil && o.Omit(name) {
			continue
		}
		p := dir + "/" + name
		if err := errors.Join(os.MkdirAll(p[:strings.LastIndex(p, "/")], 0o755), os.WriteFile(p, []byte(text), 0o600)); err != nil {
			return engine.Copied{}, err
		}
	}
	if o.Check != nil {
		if err := o.Check(dir); err != nil {
			return engine.Copied{}, err
		}
	}
	return engine.Copied{Files: int64(len(l.files)), Bytes: 10, Sent: 4}, os.Rename(dir, l.Root()+o.Target)
}

func (n *node) land(s *scp, files map[string]string) (*landing, engine.Output, error) {
	n.t.Helper()
	k := Scp()
	l := &landing{Ground: n.Ground, files: files}
	v := engine.NewView(&k, l, engine.NewFacts(nil), n.Run, "vellum-1")
	v.Actual = true
	c, err := s.Plan(n.t.Context(), v)
	if err != nil {
		return l, engine.Output{}, err
	}
	out, err := s.Apply(n.t.Context(), engine.NewHost(v, n.Marks), c)
	return l, out, err
}

func TestScpBridge(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     engine.Bridge
	}{
		{"controller", "", engine.Bridge{From: "controller", To: "vellum-1", Source: "/a"}},
		{"", "backup-1", engine.Bridge{From: "vellum-1", To: "backup-1", Source: "/a"}},
		{"vellum-2", "controller", engine.Bridge{From: "vellum-2", To: "controller", Source: "/a"}},
	} {
		s := &scp{From: c.from, To: c.to, Source: "/a", Target: "/b"}
		if diff := cmp.Diff(c.want, s.Bridge("vellum-1")); diff != "" {
			t.Error(diff)
		}
	}
}

func TestScpRefuses(t *testing.T) {
	for want, s := range map[string]*scp{
		"same node":         {Source: "/a", Target: "/b/c"},
		"relative":          {From: "x", Source: "a", Target: "/b/c"},
		"goes up":           {From: "x", Source: "/a", Target: "/b/../c"},
		"whole system":      {From: "x", Source: "/a", Target: "/"},
		"holds the":         {From: "x", Source: "/a", Target: "/etc"},
		"never replaced":    {From: "x", Source: "/a", Target: "/b/c", Backup: "b", Replace: true},
		"is a symlink":      {From: "x", Source: "/a", Target: "/link"},
		"not in /etc":       {From: "x", Source: "/a", Target: "/b/c", Owner: "nobody-here"},
		"an id has":         {From: "x", Source: "/a", Target: "/b/c", Backup: "../x"},
		"is a special":      {From: "x", Source: "/a", Target: "/pipe"},
		"goes with backup":  {From: "x", Source: "/a", Target: "/b/c", Saved: "vellum-1"},
		"b3 is a directory": {From: "x", Source: "/a", Target: "/backups/b3", Backup: "b3"},
		"holds backup b1":   {From: "x", Source: "/a", Target: "/backups/b2", Backup: "b2"},
	} {
		t.Run(want, func(t *testing.T) {
			n := newNode(t)
			n.link("/link", "/etc")
			n.must(unix.Mkfifo(n.at("/pipe"), 0o600))
			n.write("/backups/b3", "x")
			n.write("/backups/b2/cassandra/manifest.json", manifest(t, "b1", "vellum-1"))
			c, err := n.Plan(Scp(), s)
			if err == nil || !strings.Contains(err.Error(), want) || engine.ClassOf(err) != engine.ClassPrecondition {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

// The plan tells what stands at the target; what the source holds it cannot know, and says so. Whatever was approved, the
// real change is allowed before, during and after a copy: a resumed task is compared with the plan.
func TestScpPlansWhatStandsThere(t *testing.T) {
	const add, keep, over = "where an earlier step leaves something", "nothing is overwritten unless replace: true", "what differs is overwritten"
	for _, c := range []struct {
		name    string
		stands  func(n *node)
		replace bool
		sign    engine.Sign
		says    []string
	}{
		{"nothing", func(*node) {}, false, engine.Creates, nil},
		{"nothing, replace", func(*node) {}, true, engine.Creates, nil},
		{"file", func(n *node) { n.write("/in/it", "hello") }, false, engine.NotKnown, []string{"which is there", "/in/it, file of 5 bytes", keep}},
		{"file, replace", func(n *node) { n.write("/in/it", "hello") }, true, engine.NotKnown, []string{"which is there", "/in/it, file of 5 bytes", over}},
		{"directory", func(n *node) { n.dir("/in/it") }, false, engine.NotKnown, []string{"which is there", "/in/it, directory", keep}},
		{"promised", func(n *node) { n.Facts.Add([]engine.Fact{willBe("/in/it", directory)}) }, false, engine.NotKnown, []string{add, keep}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNode(t)
			c.stands(n)
			s := &scp{From: "controller", Source: "/a", Target: "/in/it", Replace: c.replace}
			planned, err := n.Plan(Scp(), s)
			n.must(err)
			text := planned.Summary + strings.Join(planned.Details, "\n")
			for _, say := range c.says {
				if !strings.Contains(text, say) {
					t.Errorf("no %q in %s", say, text)
				}
			}
			if planned.Sign != c.sign || c.says == nil && strings.Contains(text, "there") || !strings.HasPrefix(planned.Unknown[0], "whether controller:/a is there") {
				t.Errorf("%+v", planned)
			}
			if want := (map[bool]engine.Risk{true: engine.Overwrites})[c.replace]; planned.Risk != want {
				t.Errorf("risk %d, want %d", planned.Risk, want)
			}
			n.must(engine.Compare(planned, n.actual(s), nil))
			n.must(os.RemoveAll(n.at("/in/it")))
			n.write("/in/it/whole", "x")
			n.must(engine.Compare(planned, n.actual(s), nil))
		})
	}
}

// actual is what the step would do just before it is applied.
func (n *node) actual(s *scp) engine.Change {
	n.t.Helper()
	k := Scp()
	v := engine.NewView(&k, n.Ground, engine.NewFacts(nil), n.Run, "vellum-1")
	v.Actual = true
	c, err := s.Plan(n.t.Context(), v)
	n.must(err)
	return c
}

// A backup that stands at the target tells by its manifest how much of it is there, and what the run would refuse.
func TestScpPlansOverABackup(t *testing.T) {
	const dir, data = "/backups/b1", "/backups/b1/cassandra/data/homer/simservs-1/"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
		fails bool
	}{
		{"whole", map[string]string{data + "Data.db": "hello"}, "backup b1 is there, all of its 1 file by name and size", false},
		{"in part", map[string]string{data + ".tidemark-1.part": "hel"}, "backup b1 is there without 1 of its 1 file", false},
		{"short", map[string]string{data + "Data.db": "hell"}, "Data.db: expected 5 bytes, found 4", true},
		{"surplus", map[string]string{data + "Data.db": "hello", data + "x": ""}, "x: surplus", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNode(t)
			n.write(dir+"/cassandra/manifest.json", manifest(t, "b1", "vellum-1"))
			for p, text := range c.files {
				n.write(p, text)
			}
			got, err := n.Plan(Scp(), &scp{From: "controller", Source: "/a", Target: dir, Backup: "b1", Saved: "vellum-1"})
			text := strings.Join(got.Details, "\n")
			if err != nil {
				text = err.Error()
			}
			if !strings.Contains(text, c.want) || (err != nil) != c.fails || c.fails && engine.ClassOf(err) != engine.ClassPrecondition {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

func manifest(t *testing.T, id, by string) string {
	raw, err := json.Marshal(backup.Manifest{Format: backup.Format, Backup: id, Source: backup.Cassandra, Node: by, Nodes: []string{by}, Tables: []backup.Table{{
		Keyspace: "homer", Name: "simservs", Dir: "simservs-1", Files: []backup.File{{Name: "Data.db", Size: 5, SHA256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A backup arrives whole and its own, or it does not arrive; the notes of another machine stay behind.
func TestScpLooksAtABackup(t *testing.T) {
	data := "cassandra/data/homer/simservs-1/Data.db"
	for _, c := range []struct{ name, id, by, data, more, want string }{
		{"whole", "b1", "vellum-1", "hello", "", ""},
		{"flipped byte", "b1", "vellum-1", "hellO", "", "damaged"},
		{"short", "b1", "vellum-1", "hell", "", "damaged"},
		{"surplus", "b1", "vellum-1", "hello", "cassandra/data/homer/x", "surplus"},
		{"another backup", "b2", "vellum-1", "hello", "", "not b1"},
		{"another node's", "b1", "vellum-2", "hello", "", "another node"},
		{"no manifest", "", "", "hello", "", "no backup"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNode(t)
			files := map[string]string{data: c.data, "set.json": "{}"}
			for _, note := range machineNotes() {
				files[note] = "{}"
			}
			if c.id != "" {
				files["cassandra/manifest.json"] = manifest(t, c.id, c.by)
			}
			if c.more != "" {
				files[c.more] = ""
			}
			_, _, err := n.land(&scp{From: "controller", Source: "/a", Target: "/backups/b1", Backup: "b1", Saved: "vellum-1"}, files)
			_, there := os.Stat(n.at("/backups/b1/set.json"))
			switch {
			case c.want == "" && (err != nil || there != nil):
				t.Error(err, there)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || there == nil):
				t.Errorf("%v; there: %v", err, there == nil)
			}
			for _, note := range machineNotes() {
				if _, err := os.Stat(n.at("/backups/b1/" + note)); err == nil {
					t.Error("the note of another machine came along:", note)
				}
			}
		})
	}
}

// machineNotes speak of the machine that they lie on: nobody there would release a restore of another one.
func machineNotes() []string {
	return []string{"cassandra/verified.json", "in-use-20261123T040506Z-ab", "snapshot.json"}
}

// What a copy promised is looked for again when a run is resumed: a backup counts by its manifest, not by its name alone.
func TestScpProbes(t *testing.T) {
	n := newNode(t)
	n.write("/b1/cassandra/manifest.json", manifest(t, "b1", "vellum-1"))
	n.dir("/none")
	for _, c := range []struct{ target, id, key, want string }{
		{"/b1", "b1", backup.FactOf("b1"), backup.Saved},
		{"/b1", "b2", backup.FactOf("b2"), absent},
		{"/none", "b1", backup.FactOf("b1"), absent},
		{"/b1", "b1", factPath("/b1"), present},
		{"/gone", "", factPath("/gone"), absent},
		{"/gone", "", "another fact", ""},
	} {
		s := &scp{From: "controller", Source: "/a", Target: c.target, Backup: c.id}
		if got, err := s.Probe(t.Context(), viewOf(n), c.key); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s at %s: %q, %v", c.key, c.target, got, err)
		}
	}
}

func TestScpOwner(t *testing.T) {
	n := newNode(t)
	l, out, err := n.land(&scp{From: "vellum-2", Source: "/a", Target: "/in", Owner: "cassandra", Group: "4712", Mode: 0o640}, map[string]string{"f": "x"})
	n.must(err)
	if o := l.order; o.UID != 4711 || o.GID != 4712 || o.Mode != 0o640 || o.Origin != "vellum-2:/a" || o.Replace {
		t.Errorf("%+v", o)
	}
	if want := (ScpOut{Target: "/in", Files: 1, Bytes: 10, Sent: 4}); out.Value != want {
		t.Errorf("%+v", out)
	}
}
