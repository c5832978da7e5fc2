package files

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

func TestMkdirNew(t *testing.T) {
	old := syscall.Umask(0o077) // must not matter
	defer syscall.Umask(old)
	for _, c := range []struct{ name, args, summary, details, tree string }{
		{"default", `{"path":"/room"}`, "make /room, mode 0700", "", "/room drwx------"},
		{"mode", `{"path":"/room","mode":"1777"}`, "make /room, mode 1777", "", "/room dtrwxrwxrwx"},
		{"name", `{"path":"/a 'b'\n"}`, `make "/a 'b'\n", mode 0700`, "", "/a 'b'\n drwx------"},
		{
			"parents", `{"path":"/a/b/c","mode":"0750","parents":true}`, "make /a/b/c, mode 0750", "make its parent /a, mode 0755|make its parent /a/b, mode 0755",
			"/a drwxr-xr-x\n/a/b drwxr-xr-x\n/a/b/c drwxr-x---",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNode(t)
			dry, err := n.plan(Mkdir(), c.args)
			n.must(err)
			real, out := n.apply(Mkdir(), c.args)
			if dry.Sign != engine.Creates || dry.Summary != c.summary || strings.Join(dry.Details, "|") != c.details {
				t.Errorf("planned %q %s %q", dry.Sign, dry.Summary, dry.Details)
			}
			n.must(engine.Compare(dry, real, nil))
			if got := n.tree(); got != c.tree {
				t.Errorf("got\n%s\nwanted\n%s", got, c.tree)
			}
			if !out.Value.(MkdirOut).Created {
				t.Error("created is not said")
			}
			n.done(Mkdir(), c.args)
		})
	}
}

func TestMkdirOwner(t *testing.T) {
	needed.Root(t, "giving files away")
	n := newNode(t)
	n.apply(Mkdir(), `{"path":"/a/b","owner":"cassandra","group":"99","parents":true}`)
	if uid, gid := n.owner("/a/b"); uid != 4711 || gid != 99 {
		t.Errorf("the directory belongs to %d:%d", uid, gid)
	}
	if uid, _ := n.owner("/a"); uid != 0 {
		t.Errorf("its parent belongs to %d", uid)
	}
	n.done(Mkdir(), `{"path":"/a/b","owner":"4711","group":"99"}`)
}

// What exists is corrected only where something is asked for: mkdir of /etc must not close it to everybody.
func TestMkdirExisting(t *testing.T) {
	n := newNode(t)
	n.write("/room/file", "kept")
	n.done(Mkdir(), `{"path":"/room"}`)
	c, out := n.apply(Mkdir(), `{"path":"/room","mode":"0710"}`)
	if c.Sign != engine.Changes || c.Summary != "/room is there: mode 0755 → 0710" || out.Value.(MkdirOut).Created {
		t.Errorf("got %q %s %v", c.Sign, c.Summary, out.Value)
	}
	if got := n.tree(); got != "/room drwx--x---\n/room/file -rw-r--r-- kept" {
		t.Error(got)
	}
	n.done(Mkdir(), `{"path":"/room","mode":"0710"}`)
}

func TestMkdirRefused(t *testing.T) {
	n := newNode(t)
	n.write("/file", "x")
	n.dir("/real")
	n.link("/link", "/real")
	n.link("/real/out", "../../../..")
	for _, c := range [][3]string{
		{`{"path":"/file"}`, "/file is there and is a file, no directory", "choose another path, or move it away first"},
		{`{"path":"/file/x","parents":true}`, "/file is a file, no directory", "correct the path"},
		{`{"path":"/a/b"}`, "/a/b cannot be made: /a does not exist", "say parents: true, or make it first"},
		{`{"path":"/link"}`, "/link is a symlink to /real, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"path":"/link/x","parents":true}`, "/link is a symlink to /real, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"path":"/real/out/x"}`, "/real/out is a symlink to ../../../.., and these steps follow none", "write the real path instead of the symlink's"},
		{`{"path":"/x","owner":"nobody"}`, "user nobody is not in /etc/passwd", "create the user on the node, or write its number"},
		{`{"path":"/x","owner":"4294967295"}`, "user 4294967295 is not in /etc/passwd", "create the user on the node, or write its number"},
		{`{"path":"/x","owner":"-1"}`, "user -1 is not in /etc/passwd", "create the user on the node, or write its number"},
		{`{"path":"/x","group":"a:b\n"}`, `group "a:b\n" is not in /etc/group`, "create the group on the node, or write its number"},
	} {
		n.refused(Mkdir(), c[0], c[1], c[2])
	}
}

// An attempt that died leaves at most its own temporary directory, and the next one takes it away.
func TestMkdirAfterKill(t *testing.T) {
	n := newNode(t)
	n.must(os.Mkdir(n.at(tempName("/room", n.Run)), 0o700))
	n.apply(Mkdir(), `{"path":"/room","mode":"0755"}`)
	if got := n.tree(); got != "/room drwxr-xr-x" {
		t.Error(got)
	}
}

// What came or went between plan and Apply is neither changed nor made up for.
func TestMkdirRaces(t *testing.T) {
	for _, c := range []struct {
		path, message string
		meanwhile     func(n *node)
	}{
		{"/in/room", "/in/room appeared meanwhile and is a file, no directory", func(n *node) { n.write("/in/room", "theirs") }},
		{"/in/room", "/in is not there any more", func(n *node) { n.must(os.Remove(n.at("/in"))) }},
	} {
		n := newNode(t)
		n.dir("/in")
		s := step(t, Mkdir(), `{"path":"`+c.path+`","mode":"0700"}`)
		change, err := n.Plan(Mkdir(), s)
		n.must(err)
		c.meanwhile(n)
		before := n.tree()
		if _, err := s.Apply(t.Context(), hostOf(n), change); err == nil || err.Error() != c.message {
			t.Errorf("got %v, wanted %s", err, c.message)
		}
		if after := n.tree(); after != before {
			t.Errorf("changed the node from\n%s\nto\n%s", before, after)
		}
	}
}

// Between plan and Apply somebody puts a symlink into the way: nothing is made where it leads.
func TestMkdirSymlinkRace(t *testing.T) {
	n := newNode(t)
	n.dir("/open")
	n.dir("/secret")
	k := Mkdir()
	s := step(t, k, `{"path":"/open/sub/x","parents":true}`)
	c, err := n.Plan(k, s)
	n.must(err)
	n.link("/open/sub", "../secret")
	if _, err := s.Apply(t.Context(), hostOf(n), c); err == nil || !strings.Contains(err.Error(), "/open/sub is a symlink to ../secret") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(n.at("/secret")); len(left) > 0 {
		t.Errorf("made %v behind the symlink", left)
	}
}

func TestMkdirPromises(t *testing.T) {
	n := newNode(t)
	c, err := n.plan(Mkdir(), `{"path":"/a/b","parents":true}`)
	n.must(err)
	if want := []engine.Fact{{Key: "path./a/b", Value: "directory"}, {Key: "path./a", Value: "directory"}}; !slices.Equal(c.Will, want) {
		t.Errorf("promises %v", c.Will)
	}
	// Later steps of the same dry run build on it.
	for args, sign := range map[string]engine.Sign{
		`{"path":"/a/b"}`: engine.Same, `{"path":"/a/b","mode":"0755"}`: engine.Changes, `{"path":"/a/c"}`: engine.Creates,
	} {
		c, err := n.plan(Mkdir(), args)
		n.must(err)
		if c.Sign != sign {
			t.Errorf("%s: %q %s, wanted %q", args, c.Sign, c.Summary, sign)
		}
	}
	for want, p := range map[string]string{absent: "/a/b", directory: "/etc", file: "/etc/passwd"} {
		got, err := (&mkdir{}).Probe(t.Context(), viewOf(n), factPath(p))
		if err != nil || got != want {
			t.Errorf("%s: probed %s, %v", p, got, err)
		}
	}
}
