package files

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/schema"
)

// Every kind refuses them, as a precondition, before it looks at anything.
func TestKindsRefusePaths(t *testing.T) {
	n := newNode(t)
	for _, p := range []string{"", "/", "a", "/a/../b", "/a\x00"} {
		steps := map[string]engine.Step{
			"mkdir": &mkdir{Path: p}, "chown": &chown{Path: p, Mode: 0o700}, "from": &move{From: p, To: "/b"}, "to": &move{From: "/b", To: p},
		}
		for name, s := range steps {
			if _, err := n.Plan(Mkdir(), s); engine.ClassOf(err) != engine.ClassPrecondition || err == nil {
				t.Errorf("%s %q: got %v", name, p, err)
			}
		}
	}
}

func TestSystemFailures(t *testing.T) {
	for _, c := range []struct {
		err   error
		class engine.Class
		next  string
	}{
		{unix.EACCES, engine.ClassPrecondition, "let the step run as root (become: root for the node), or grant the right"},
		{unix.EROFS, engine.ClassPrecondition, "mount its file system for writing"},
		{unix.ENOSPC, engine.ClassSpace, "free space on its file system"},
		{unix.EDQUOT, engine.ClassSpace, "free space on its file system"},
		{unix.EIO, engine.ClassIO, ""},
	} {
		err := failed("/srv/a b", c.err)
		if engine.ClassOf(err) != c.class || engine.NextOf(err) != c.next || !errors.Is(err, c.err) || !strings.HasPrefix(err.Error(), `"/srv/a b": `) {
			t.Errorf("%v: got %v, %s, %q", c.err, err, engine.ClassOf(err), engine.NextOf(err))
		}
	}
}

func TestDeclarations(t *testing.T) {
	kinds, err := engine.NewKinds(Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds.Schema() {
		if err := k.Validate(); err != nil {
			t.Error(err)
		}
		example := "      - " + strings.ReplaceAll(kinds.Get(k.Name).Example, "\n", "\n        ") + "\n"
		book := "runbook: example\ntitle: Example\nstages:\n  - stage: one\n    on: vellum\n    steps:\n" + example
		if _, diags := schema.Load(schema.Sources{Runbook: schema.Source{Name: "example.yaml", Data: []byte(book)}}, kinds.Schema(), nil); diags.Err() != nil {
			t.Errorf("%s: %v", k.Name, diags.Err())
		}
	}
}

// One name is opened at a time; a name that would lead on is refused by the system itself.
func TestOpenAtStaysInside(t *testing.T) {
	n := newNode(t)
	n.write("/a/f", "1")
	n.link("/a/out", "/")
	dir, err := os.Open(n.at("/a"))
	n.must(err)
	defer dir.Close()
	for _, name := range []string{"..", "../a", "/etc", "out/etc", "out/../f"} {
		if f, e, err := openAt(dir, name); err == nil {
			t.Errorf("%s: opened %v, a %s", name, f, e.kind)
		}
	}
}
