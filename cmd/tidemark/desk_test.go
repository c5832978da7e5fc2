package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/link"
	"tidemark/testdata/needed"
)

const hereSite = "site: hill\nnodes:\n  here: {address: 127.0.0.1, connection: local, groups: [all]}\n"

// desk is a site directory whose one node is this machine, with a node state of its own and real agents.
type desk struct {
	t    *testing.T
	dir  string
	node string
}

// newDesk copies the named example kinds beside the site file.
func newDesk(t *testing.T, kinds ...string) *desk {
	t.Helper()
	d := &desk{t, t.TempDir(), t.TempDir()}
	d.write("site.yaml", hereSite, 0o644)
	for _, k := range kinds {
		from := filepath.Join("..", "..", "testdata", "kinds", k)
		if err := os.CopyFS(d.path("kinds/"+k), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d *desk) write(name, text string, mode os.FileMode) {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Dir(d.path(name)), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(d.path(name), []byte(text), mode); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) read(name string) string {
	d.t.Helper()
	raw, err := os.ReadFile(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(raw)
}

// book writes a runbook of these steps; DIR is the desk's directory.
func (d *desk) book(steps ...string) {
	d.t.Helper()
	text := "runbook: try\ntitle: Tries.\nstages:\n  - stage: s\n    on: all\n    steps:\n"
	for _, s := range steps {
		text += "      - {" + strings.ReplaceAll(s, "DIR", d.dir) + "}\n"
	}
	d.write("try.yaml", text, 0o644)
}

// tidemark runs a verb; all that it says and shows is one text.
func (d *desk) tidemark(want int, args ...string) string {
	d.t.Helper()
	var out bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out, build: buildOnce(), patience: 10 * time.Second}
	a.dial = func(t link.Target, o link.Options) engine.Node {
		if t.Name != engine.ControllerNode {
			t.StateDir = d.node
		}
		return link.NewDialer(o).Node(t)
	}
	args = append([]string{"--site", d.path("site.yaml"), "--state", d.path("state")}, args...)
	if code := a.execute(context.Background(), args); code != want {
		d.t.Fatalf("%v: exit %d, want %d\n%s", args, code, want, out.String())
	}
	return out.String()
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in\n%s", p, text)
		}
	}
}

// What the controller was started with is its own: commands of a local node see what a login by ssh gives.
func TestLocalCommandsSeeNoVariableOfTheController(t *testing.T) {
	const value = "swordfish-in-the-environment"
	t.Setenv("TIDEMARK_TEST_SECRET", value)
	t.Setenv("LC_TIME", "C.UTF-8")
	t.Setenv("HOME", t.TempDir())
	d := newDesk(t)
	d.write("site.yaml", hereSite+"secrets: {word: {env: TIDEMARK_TEST_SECRET}}\n", 0o644)
	d.book(`id: see, run: [/bin/sh, -c, "env >DIR/seen"]`,
		`id: given, run: {argv: [/bin/sh, -c, "env >DIR/given"], env: {WORD: "${{ secrets.word }}"}}`)
	d.tidemark(0, "run", d.path("try.yaml"), "--yes")
	seen := d.read("seen")
	if strings.Contains(seen, value) || strings.Contains(seen, "TIDEMARK_TEST") || strings.Contains(seen, "HOME="+os.Getenv("HOME")) {
		t.Errorf("the command saw\n%s", seen)
	}
	wants(t, "\n"+seen, "\nPATH=", "\nHOME=/", "\nUSER=", "\nLOGNAME=", "\nLC_TIME=C.UTF-8\n")
	wants(t, "\n"+d.read("given"), "\nWORD="+value+"\n")
}

// A step's `user:` drops the rights of the built-in kinds, too.
func TestRunAsAnotherUser(t *testing.T) {
	needed.Root(t, "a step that runs as another user")
	d := newDesk(t)
	d.book(`id: who, user: nobody, run: [id, -un]`, `id: right, assert: {that: 'trim(steps.who.out.stdout) == "nobody"', message: it ran as another}`)
	d.tidemark(0, "run", d.path("try.yaml"), "--yes")
}
