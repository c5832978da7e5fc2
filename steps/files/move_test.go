package files

import (
	"os"
	"strings"
	"testing"

	"tidemark/engine"
)

func TestMove(t *testing.T) {
	for _, c := range []struct {
		name, before, args string
		sign               engine.Sign
		risk               engine.Risk
		summary, details   string
		tree               string
	}{
		{
			"file", "f", `{"from":"/d/f","to":"/e/g"}`, engine.Changes, engine.Interrupts, "move /d/f to /e/g", "/d/f, file of 1 bytes",
			"/d drwxr-xr-x\n/e drwxr-xr-x\n/e/g -rw-r--r-- f",
		},
		{
			"directory", "f", `{"from":"/d","to":"/e/d"}`, engine.Changes, engine.Interrupts, "move /d to /e/d", "/d, directory",
			"/e drwxr-xr-x\n/e/d drwxr-xr-x\n/e/d/f -rw-r--r-- f",
		},
		{
			"replace file", "fg", `{"from":"/d/f","to":"/e/g","replace":true}`, engine.Destroys, engine.Overwrites, "move /d/f over /e/g, which is lost",
			"/d/f, file of 1 bytes|lost: /e/g, file of 1 bytes", "/d drwxr-xr-x\n/e drwxr-xr-x\n/e/g -rw-r--r-- f",
		},
		{
			"replace empty directory", "f", `{"from":"/d","to":"/e","replace":true}`, engine.Destroys, engine.Overwrites, "move /d over /e, which is lost",
			"/d, directory|lost: /e, directory", "/e drwxr-xr-x\n/e/f -rw-r--r-- f",
		},
		{
			"nothing to replace", "f", `{"from":"/d/f","to":"/e/g","replace":true}`, engine.Changes, engine.Interrupts, "move /d/f to /e/g", "/d/f, file of 1 bytes",
			"/d drwxr-xr-x\n/e drwxr-xr-x\n/e/g -rw-r--r-- f",
		},
		{
			"done", "g", `{"from":"/d/f","to":"/e/g"}`, engine.Same, engine.Harmless, "moved already: /e/g is there, /d/f is not", "",
			"/d drwxr-xr-x\n/e drwxr-xr-x\n/e/g -rw-r--r-- g",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := moveNode(t, c.before)
			dry, err := n.plan(Move(), c.args)
			n.must(err)
			real, _ := n.apply(Move(), c.args)
			n.must(engine.Compare(dry, real, nil))
			if dry.Sign != c.sign || dry.Risk != c.risk || dry.Summary != c.summary || strings.Join(dry.Details, "|") != c.details {
				t.Errorf("planned %q %d %s %q", dry.Sign, dry.Risk, dry.Summary, dry.Details)
			}
			if got := n.tree(); got != c.tree {
				t.Errorf("got\n%s\nwanted\n%s", got, c.tree)
			}
			n.done(Move(), c.args)
		})
	}
}

// moveNode has directories /d and /e, and the files /d/f and /e/g as named.
func moveNode(t *testing.T, with string) *node {
	n := newNode(t)
	n.dir("/d")
	n.dir("/e")
	if strings.Contains(with, "f") {
		n.write("/d/f", "f")
	}
	if strings.Contains(with, "g") {
		n.write("/e/g", "g")
	}
	return n
}

func TestMoveRefused(t *testing.T) {
	n := moveNode(t, "fg")
	n.link("/link", "d")
	n.link("/d/out", "/e/g")
	n.must(os.Link(n.at("/e/g"), n.at("/d/g2")))
	for _, c := range [][3]string{
		{`{"from":"/no","to":"/nor"}`, "/no does not exist, nor does /nor", "correct from"},
		{`{"from":"/d/f","to":"/e/g"}`, "/e/g exists already", "move that away first, or say replace: true (it is lost then)"},
		{`{"from":"/d/f","to":"/x/y"}`, "/d/f cannot be moved there: /x does not exist", "make it first (mkdir)"},
		{`{"from":"/d","to":"/e","replace":true}`, "/e is a directory that is not empty; it is never replaced", "move it away first with a step of its own"},
		{`{"from":"/d/f","to":"/e","replace":true}`, "/d/f is a file and /e is a directory: one cannot replace the other", "move that away first"},
		{`{"from":"/d/g2","to":"/e/g","replace":true}`, "/d/g2 and /e/g are one file with two names (hard links): there is nothing to replace", "remove one of the names"},
		{`{"from":"/d/out","to":"/x"}`, "/d/out is a symlink to /e/g, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"from":"/link/f","to":"/x"}`, "/link is a symlink to d, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"from":"/d/f","to":"/d/out","replace":true}`, "/d/out is a symlink to /e/g, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"from":"/d/f","to":"/link/x"}`, "/link is a symlink to d, and these steps follow none", "write the real path instead of the symlink's"},
		{`{"from":"/d","to":"/d"}`, "from and to are both /d", ""},
		{`{"from":"/d","to":"/d/e"}`, "/d cannot be moved into itself (/d/e)", ""},
		{`{"from":"/d/f","to":"/d"}`, "/d/f cannot take the place of a directory it lies in (/d)", ""},
		{`{"from":"/etc","to":"/x"}`, "from /etc is a part of the system", ""},
		{`{"from":"/d/f","to":"/tmp"}`, "to /tmp is a part of the system; to is the whole new path, as /tmp/f", ""},
	} {
		n.refused(Move(), c[0], c[1], c[2])
	}
}

// What came between plan and Apply is never overwritten, and nothing is moved through a symlink.
func TestMoveRaces(t *testing.T) {
	for _, c := range []struct {
		name, args, message string
		meanwhile           func(n *node)
	}{
		{"target appears", `{"from":"/d/f","to":"/e/g"}`, "/e/g appeared meanwhile", func(n *node) { n.write("/e/g", "theirs") }},
		{"target fills", `{"from":"/d","to":"/e","replace":true}`, "/e is a directory that is not empty; it is never replaced", func(n *node) { n.write("/e/g", "theirs") }},
		{"source goes", `{"from":"/d/f","to":"/e/g"}`, "/d/f does not exist", func(n *node) { n.must(os.Remove(n.at("/d/f"))) }},
		{"source linked", `{"from":"/d/f","to":"/e/g"}`, "/d is a symlink to d2, and these steps follow none", func(n *node) {
			n.must(os.Rename(n.at("/d"), n.at("/d2")))
			n.link("/d", "d2")
		}},
		{"target linked", `{"from":"/d/f","to":"/e/g"}`, "/e is a symlink to d, and these steps follow none", func(n *node) {
			n.must(os.Remove(n.at("/e")))
			n.link("/e", "d")
		}},
		{"the target's directory goes", `{"from":"/d/f","to":"/e/g"}`, "/e does not exist", func(n *node) { n.must(os.Remove(n.at("/e"))) }},
		{"second name", `{"from":"/d/f","to":"/e/g","replace":true}`, "/d/f and /e/g are one file with two names (hard links): there is nothing to replace", func(n *node) {
			n.must(os.Link(n.at("/d/f"), n.at("/e/g")))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := moveNode(t, "f")
			s := step(t, Move(), c.args)
			change, err := n.Plan(Move(), s)
			n.must(err)
			c.meanwhile(n)
			before := n.tree()
			_, err = s.Apply(t.Context(), hostOf(n), change)
			if err == nil || err.Error() != c.message || engine.ClassOf(err) != engine.ClassPrecondition {
				t.Errorf("got %v, wanted %s", err, c.message)
			}
			if after := n.tree(); after != before {
				t.Errorf("changed the node from\n%s\nto\n%s", before, after)
			}
		})
	}
}

func TestMovePromises(t *testing.T) {
	n := moveNode(t, "f")
	for _, c := range []struct {
		kind engine.Kind
		args string
		sign engine.Sign
		err  string
	}{
		{Mkdir(), `{"path":"/room"}`, engine.Creates, ""},
		{Move(), `{"from":"/d","to":"/room/d"}`, engine.Changes, ""},
		{Move(), `{"from":"/d","to":"/elsewhere"}`, "", "/d does not exist, nor does /elsewhere"},
		{Move(), `{"from":"/room/d/f","to":"/f"}`, engine.NotKnown, ""},
		{Mkdir(), `{"path":"/room/d"}`, engine.NotKnown, ""},
		{Move(), `{"from":"/room/d","to":"/d"}`, engine.Changes, ""},
		{Mkdir(), `{"path":"/room/d"}`, engine.Creates, ""},
		{Move(), `{"from":"/e","to":"/room/d"}`, "", "/room/d exists already"},
		{Move(), `{"from":"/e","to":"/room/d","replace":true}`, engine.Destroys, ""},
	} {
		got, err := n.plan(c.kind, c.args)
		if got.Sign != c.sign && c.err == "" || (err != nil) != (c.err != "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: got %q %s, %v", c.args, got.Sign, got.Summary, err)
		}
	}
}

// TestWhatLiesBelowAMovedDirectory: it goes with it, so a step behind the move needs the directory made anew.
func TestWhatLiesBelowAMovedDirectory(t *testing.T) {
	n := moveNode(t, "f")
	n.dir("/d/sub")
	for _, c := range []struct {
		kind engine.Kind
		args string
		sign engine.Sign
		says string
	}{
		{Move(), `{"from":"/d","to":"/x"}`, engine.Changes, ""},
		{Mkdir(), `{"path":"/d/y"}`, "", "/d/y cannot be made: /d does not exist"},
		{Move(), `{"from":"/e","to":"/d/sub/e"}`, "", "/e cannot be moved there: /d/sub does not exist"},
		{Mkdir(), `{"path":"/d/sub/y","parents":true}`, engine.Creates, "make its parent /d, mode 0755|make its parent /d/sub, mode 0755"},
		{Mkdir(), `{"path":"/d/y"}`, engine.Creates, ""},
	} {
		got, err := n.plan(c.kind, c.args)
		said := strings.Join(got.Details, "|")
		if err != nil {
			said = err.Error()
		}
		if got.Sign != c.sign && err == nil || (err != nil) != (c.sign == "") || c.kind.Name == "mkdir" && said != c.says || !strings.Contains(said, c.says) {
			t.Errorf("%s: got %q %s, %v", c.args, got.Sign, said, err)
		}
	}
}
