package files

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

func TestChownMode(t *testing.T) {
	for _, c := range []struct{ name, args, summary, details, tree string }{
		{"file", `{"path":"/a/f","mode":"0600"}`, "/a/f: mode 0644 → 0600", "", "/a drwxr-xr-x\n/a/f -rw------- 1\n/a/out Lrwxrwxrwx\n/a/s drwxr-xr-x\n/a/s/g -rw-r--r-- 2"},
		{"directory", `{"path":"/a","mode":"0711"}`, "/a: mode 0755 → 0711", "", "/a drwx--x--x\n/a/f -rw-r--r-- 1\n/a/out Lrwxrwxrwx\n/a/s drwxr-xr-x\n/a/s/g -rw-r--r-- 2"},
		{
			"tree", `{"path":"/a","mode":"0640","recursive":true}`, "/a: 4 of 5 entries: mode 0640",
			"/a: mode 0755 → 0750|/a/f: mode 0644 → 0640|/a/s/g: mode 0644 → 0640|/a/s: mode 0755 → 0750",
			"/a drwxr-x---\n/a/f -rw-r----- 1\n/a/out Lrwxrwxrwx\n/a/s drwxr-x---\n/a/s/g -rw-r----- 2",
		},
		{"part", `{"path":"/a","mode":"0644","recursive":true}`, "", "", "/a drwxr-xr-x\n/a/f -rw-r--r-- 1\n/a/out Lrwxrwxrwx\n/a/s drwxr-xr-x\n/a/s/g -rw-r--r-- 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNode(t)
			n.write("/a/f", "1")
			n.write("/a/s/g", "2")
			n.link("/a/out", "/etc/passwd")
			dry, err := n.plan(Chown(), c.args)
			n.must(err)
			real, _ := n.apply(Chown(), c.args)
			n.must(engine.Compare(dry, real, nil))
			slices.Sort(dry.Details)
			want := strings.Split(c.details, "|")
			slices.Sort(want)
			if c.summary == "" && dry.Sign != engine.Same {
				t.Errorf("got %q %s, wanted nothing to do", dry.Sign, dry.Summary)
			}
			if c.summary != "" && (dry.Sign != engine.Changes || dry.Summary != c.summary || strings.Join(dry.Details, "|") != strings.Join(want, "|")) {
				t.Errorf("planned %q %s %q", dry.Sign, dry.Summary, dry.Details)
			}
			if got := n.tree(); got != c.tree {
				t.Errorf("got\n%s\nwanted\n%s", got, c.tree)
			}
			n.done(Chown(), c.args)
		})
	}
}

func TestChownOwner(t *testing.T) {
	needed.Root(t, "giving files away")
	n := newNode(t)
	n.write("/out/side", "not ours")
	n.write("/a/f", "1")
	n.link("/a/link", "/out/side")
	n.link("/a/up", "../out")
	args := `{"path":"/a","owner":"cassandra","group":"cassandra","recursive":true}`
	c, out := n.apply(Chown(), args)
	if c.Summary != "/a: 4 of 4 entries: owner cassandra, group cassandra" || out.Value != any(ChownOut{4, 4}) {
		t.Errorf("got %s, %v", c.Summary, out.Value)
	}
	for p, want := range map[string]uint32{"/a": 4711, "/a/f": 4711, "/a/link": 4711, "/a/up": 4711, "/out": 0, "/out/side": 0} {
		if uid, gid := n.owner(p); uid != want || (want != 0) != (gid == 4712) {
			t.Errorf("%s belongs to %d:%d", p, uid, gid)
		}
	}
	n.done(Chown(), args)
	if _, out := n.apply(Chown(), `{"path":"/a/f","group":"99"}`); out.Value != any(ChownOut{1, 1}) {
		t.Errorf("the group alone: %v", out.Value)
	}
	if uid, gid := n.owner("/a/f"); uid != 4711 || gid != 99 {
		t.Errorf("/a/f belongs to %d:%d", uid, gid)
	}
	n.must(os.Chown(n.at("/a/f"), 0, 4712)) // one is left: as after an interruption
	if _, out := n.apply(Chown(), args); out.Value != any(ChownOut{4, 1}) {
		t.Errorf("again: %v", out.Value)
	}
	n.apply(Chown(), `{"path":"/a","owner":"root","mode":"0640","recursive":true}`) // a symlink takes an owner, and has no mode
}

// setuid survives only where the mode says so.
func TestChownSetuid(t *testing.T) {
	needed.Root(t, "giving files away")
	n := newNode(t)
	n.write("/f", "1")
	n.must(unix.Chmod(n.at("/f"), 0o4755))
	n.apply(Chown(), `{"path":"/f","owner":"cassandra","mode":"4755"}`)
	if got := n.tree(); got != "/f urwxr-xr-x 1" {
		t.Error(got)
	}
	n.apply(Chown(), `{"path":"/f","owner":"root"}`)
	if got := n.tree(); got != "/f -rwxr-xr-x 1" {
		t.Error(got)
	}
}

func TestChownLinks(t *testing.T) {
	n := newNode(t)
	n.write("/live/Data.db", "rows")
	n.dir("/a")
	n.must(os.Link(n.at("/live/Data.db"), n.at("/a/Data.db")))
	n.refused(Chown(), `{"path":"/a","mode":"0600","recursive":true}`,
		"/a/Data.db has 2 names (hard links): a change would reach all of them, maybe a live file of Cassandra",
		"copy it first (a copy has an owner of its own), or say links: true")
	n.must(os.Chmod(n.at("/a"), 0o755))
	n.done(Chown(), `{"path":"/a","mode":"0644","recursive":true}`) // nothing to change: nothing to refuse
	c, _ := n.apply(Chown(), `{"path":"/a","mode":"0600","recursive":true,"links":true}`)
	if !slices.Contains(c.Details, "1 of these files have several names (hard links): the change reaches all names") {
		t.Errorf("the plan does not say it: %q", c.Details)
	}
	c, err := n.plan(Chown(), `{"path":"/live/Data.db","mode":"0640"}`)
	n.must(err)
	if len(c.Details) != 1 {
		t.Errorf("a single file's names are not said: %q", c.Details)
	}
}

// Between plan and Apply a live file is linked into the tree: Apply looks at each file again.
func TestChownLinkRace(t *testing.T) {
	n := newNode(t)
	n.write("/live/Data.db", "rows")
	n.write("/a/f", "1")
	k := Chown()
	s := step(t, k, `{"path":"/a","mode":"0600","recursive":true}`)
	c, err := n.Plan(k, s)
	n.must(err)
	n.must(os.Link(n.at("/live/Data.db"), n.at("/a/Data.db")))
	if _, err := s.Apply(t.Context(), hostOf(n), c); engine.ClassOf(err) != engine.ClassPrecondition || err == nil {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(n.tree(), "/live/Data.db -rw-r--r-- rows") {
		t.Error("the live file was changed:\n" + n.tree())
	}
}

func TestChownRefused(t *testing.T) {
	n := newNode(t)
	n.dir("/real/x")
	n.link("/link", "real")
	for _, c := range [][3]string{
		{`{"path":"/no","mode":"0600"}`, "/no does not exist", "correct the path, or make it first"},
		{`{"path":"/link","mode":"0600"}`, "/link is a symlink to real, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"path":"/link/x","mode":"0600"}`, "/link is a symlink to real, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"path":"/real/x","owner":"ghost"}`, "user ghost is not in /etc/passwd", "create the user on the node, or write its number"},
		{`{"path":"/real/x"}`, "chown needs an owner, a group or a mode", ""},
		{`{"path":"/real/x","mode":"0600","links":true}`, "links: true goes with recursive: true", ""},
		{`{"path":"/var","mode":"0600","recursive":true}`, "path /var: recursive would take in a part of the system; name the directory below it that is meant", ""},
	} {
		n.refused(Chown(), c[0], c[1], c[2])
	}
}

func TestChownMountInside(t *testing.T) {
	n := newNode(t)
	n.dir("/a/m")
	if err := unix.Mount("tmpfs", n.at("/a/m"), "tmpfs", 0, "size=64k"); err != nil {
		needed.Skip(t, "cannot mount: "+err.Error())
	}
	t.Cleanup(func() { n.must(unix.Unmount(n.at("/a/m"), 0)) })
	n.refused(Chown(), `{"path":"/a","mode":"0700","recursive":true}`, "/a/m is a mount of its own: a tree stops at its file system",
		"give it a step of its own, and name the other directories one by one")
	n.refused(Move(), `{"from":"/a/m","to":"/b"}`, "/a/m is a mount of its own", "move what is in it, one by one")
	n.dir("/e")
	n.refused(Move(), `{"from":"/e","to":"/a/m","replace":true}`, "/a/m is a mount of its own", "choose a path inside it")
	n.write("/f", "1")
	other := "/f and /a/m lie on different file systems, so one rename cannot move it"
	_, err := step(t, Move(), `{"from":"/f","to":"/a/m/f"}`).Apply(t.Context(), hostOf(n), engine.Change{})
	if err == nil || err.Error() != other { // the system itself says it, as between layers of an overlay
		t.Errorf("got %v", err)
	}
	n.refused(Move(), `{"from":"/f","to":"/a/m/f"}`, other,
		"choose a target beside /f, or copy it with a step of its own: run: {argv: [cp, -a, --, …, …]}")
}

func TestChownPromises(t *testing.T) {
	n := newNode(t)
	n.write("/old", "1")
	_, err := n.plan(Mkdir(), `{"path":"/new"}`)
	n.must(err)
	_, err = n.plan(Move(), `{"from":"/old","to":"/moved"}`)
	n.must(err)
	for _, p := range []string{"/new", "/moved"} {
		c, err := n.plan(Chown(), `{"path":"`+p+`","mode":"0600"}`)
		n.must(err)
		if c.Sign != engine.Changes || len(c.Unknown) != 1 {
			t.Errorf("%s: got %q %v", p, c.Sign, c.Unknown)
		}
	}
	n.write("/there/f", "1")
	_, err = n.plan(Mkdir(), `{"path":"/there"}`) // there already: what differs is known
	n.must(err)
	if c, err := n.plan(Chown(), `{"path":"/there","mode":"0700"}`); err != nil || c.Summary != "/there: mode 0755 → 0700" || len(c.Unknown) > 0 {
		t.Errorf("got %s %v, %v", c.Summary, c.Unknown, err)
	}
	_, err = n.plan(Move(), `{"from":"/there","to":"/gone"}`)
	n.must(err)
	for _, p := range []string{"/old", "/there/f"} {
		_, err = n.plan(Chown(), `{"path":"`+p+`","mode":"0600"}`)
		if err == nil || err.Error() != p+" will not be there: an earlier step takes it away" {
			t.Errorf("got %v", err)
		}
	}
}

// A live directory loses files while it is walked.
func TestWalkPassesOverTheVanished(t *testing.T) {
	n := newNode(t)
	dir, err := os.Open(n.at("/etc"))
	n.must(err)
	defer dir.Close()
	n.must(walkName(dir, "/etc/vanished", entry{}, func(string, *os.File, entry) error {
		t.Error("visited")
		return nil
	}))
}

// A tree of thousands of names is walked with few handles open.
func TestChownManyNames(t *testing.T) {
	n := newNode(t)
	for i := range 3000 {
		n.write("/a/"+strconv.Itoa(i%7)+"/-"+strconv.Itoa(i), "")
	}
	c, out := n.apply(Chown(), `{"path":"/a","mode":"0600","recursive":true}`)
	if out.Value != any(ChownOut{3008, 3008}) || c.Details[len(c.Details)-1] != "and 3003 more" {
		t.Errorf("got %v, %q", out.Value, c.Details)
	}
}
