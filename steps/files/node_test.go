package files

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

// node is a test node with a user, a group, and a way to look at its files.
type node struct {
	*enginetest.Bench
	t *testing.T
}

func newNode(t *testing.T) *node {
	n := &node{enginetest.NewBench(t), t}
	n.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\ncassandra:x:4711:4712::/:/bin/false\n")
	n.write("/etc/group", "root:x:0:\ncassandra:x:4712:\n")
	return n
}

func (n *node) at(p string) string { return filepath.Join(n.Ground.Dir, p) }

func (n *node) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) dir(p string) {
	n.t.Helper()
	n.must(os.MkdirAll(n.at(p), 0o755))
}

func (n *node) write(p, text string) {
	n.t.Helper()
	n.dir(filepath.Dir(p))
	n.must(os.WriteFile(n.at(p), []byte(text), 0o644))
}

func (n *node) link(p, to string) {
	n.t.Helper()
	n.dir(filepath.Dir(p))
	n.must(os.Symlink(to, n.at(p)))
}

// tree lists the node's files with type and mode, and the text of small ones; without /etc.
func (n *node) tree() string {
	n.t.Helper()
	var out []string
	n.must(filepath.WalkDir(n.Ground.Dir, func(p string, d os.DirEntry, err error) error {
		rel := strings.TrimPrefix(p, n.Ground.Dir)
		if err != nil || rel == "" || strings.HasPrefix(rel, "/etc") {
			return err
		}
		i, err := d.Info()
		if err != nil {
			return err
		}
		line := rel + " " + i.Mode().String()
		if i.Mode().IsRegular() {
			text, _ := os.ReadFile(p)
			line += " " + string(text)
		}
		out = append(out, line)
		return nil
	}))
	return strings.Join(out, "\n")
}

func (n *node) owner(p string) (uid, gid uint32) {
	n.t.Helper()
	i, err := os.Lstat(n.at(p))
	n.must(err)
	st := i.Sys().(*syscall.Stat_t)
	return st.Uid, st.Gid
}

// step decodes arguments as the wire carries them.
func step(t *testing.T, k engine.Kind, args string) engine.Step {
	t.Helper()
	s, err := k.Step(json.RawMessage(args))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plan plans for a dry run and proves that nothing changed by it.
func (n *node) plan(k engine.Kind, args string) (engine.Change, error) {
	n.t.Helper()
	before := n.tree()
	c, err := n.Plan(k, step(n.t, k, args))
	if after := n.tree(); after != before {
		n.t.Errorf("the dry run changed the node from\n%s\nto\n%s", before, after)
	}
	return c, err
}

func (n *node) apply(k engine.Kind, args string) (engine.Change, engine.Output) {
	n.t.Helper()
	c, out, err := n.Apply(k, step(n.t, k, args))
	n.must(err)
	return c, out
}

// done proves that a second plan on the real state finds nothing to do.
func (n *node) done(k engine.Kind, args string) {
	n.t.Helper()
	if c, _ := n.apply(k, args); c.Sign != engine.Same {
		n.t.Errorf("planned again: %q %s, wanted =", c.Sign, c.Summary)
	}
}

// refused proves class precondition, a message and a next thing to do, in the dry run and just before Apply.
func (n *node) refused(k engine.Kind, args, message, next string) {
	n.t.Helper()
	before := n.tree()
	_, dry := n.plan(k, args)
	_, _, real := n.Apply(k, step(n.t, k, args))
	for _, err := range []error{dry, real} {
		if err == nil || engine.ClassOf(err) != engine.ClassPrecondition || err.Error() != message || engine.NextOf(err) != next {
			n.t.Errorf("%s %s: got %v (class %v, next %q)\nwanted %s (next %q)", k.Name, args, err, engine.ClassOf(err), engine.NextOf(err), message, next)
		}
	}
	if after := n.tree(); after != before {
		n.t.Errorf("refused, but changed the node from\n%s\nto\n%s", before, after)
	}
}

func viewOf(n *node) *engine.View {
	v := engine.NewView(&engine.Kind{Name: "test"}, n.Ground, engine.NewFacts(nil), n.Run, "vellum-1")
	v.Actual = true
	return v
}

func hostOf(n *node) *engine.Host { return engine.NewHost(viewOf(n), n.Marks) }
