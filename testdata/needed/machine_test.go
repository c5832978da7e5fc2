package needed

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user as whom make test runs here when the test itself is root's.
const nobody = 65534

// plain are the programs that testdata/test.sh and the Makefile always have.
var plain = strings.Fields("awk basename bash cat cp cut dirname env expand find grep head id make mkdir mktemp printf " +
	"rm sed sh sha256sum sort tail tee test touch tr true xargs")

// machine is one on which testdata/test.sh runs with nothing but what is named: its programs are links and stubs.
type machine struct {
	t            *testing.T
	tree, bin    string
	env          []string
	notRun, said string // its lines NOT RUN at the end, and all that it said
	calls        []string
	code         int
}

// newMachine has a copy of what test.sh reads, and a go that only notes its arguments and does what script says.
func newMachine(t *testing.T, script string, also ...string) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t: t, tree: filepath.Join(dir, "tree"), bin: filepath.Join(dir, "bin")}
	m.env = []string{"PATH=" + m.bin, "HOME=" + dir, "TMPDIR=" + dir, "LOG=" + filepath.Join(dir, "log")}
	for _, path := range []string{
		"Makefile", "testdata/test.sh", "testdata/install.sh", "testdata/apt.sh", "testdata/lab/install.sh",
		"testdata/editor/install.sh", "testdata/editor/package.json", "testdata/editor/package-lock.json",
	} {
		raw, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		m.write(filepath.Join(m.tree, path), string(raw))
	}
	for _, name := range []string{"go.mod", "go.sum", "cmd/x", "engine/x", "runbooks/x", "schema/x", "steps/x", ".ci/run"} {
		m.write(filepath.Join(m.tree, name), "")
	}
	for _, name := range slices.Concat(plain, also) {
		m.link(name)
	}
	m.stub("go", `case "$*" in "env GOVERSION") echo go1.26.0 ;; "list "*) printf '%s\n' lab lab/story ;; esac`+"\n"+script)
	return m
}

func (m *machine) write(path, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) link(name string) {
	m.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		m.t.Fatal(err)
	}
	if err := os.MkdirAll(m.bin, 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(m.bin, name)); err != nil {
		m.t.Fatal(err)
	}
}

// stub is a program that notes its call and then does what the script says.
func (m *machine) stub(name, script string) {
	m.t.Helper()
	path := filepath.Join(m.bin, name)
	_ = os.Remove(path)
	m.write(path, "#!/bin/sh\necho \"${0##*/} $*\" >>\"$LOG\"\n"+script+"\n")
}

// test runs test.sh there, never as root.
func (m *machine) test(env ...string) {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), filepath.Join(m.tree, "testdata/test.sh"))
	cmd.Env = append(m.env, env...)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		m.giveAway()
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		m.t.Fatal(err)
	}
	m.said, m.code = string(out), cmd.ProcessState.ExitCode()
	_, end, _ := strings.Cut(m.said, "== time\n")
	m.notRun = strings.Join(regexp.MustCompile(`(?m)^NOT RUN: .*$`).FindAllString(end, -1), "\n")
	log, _ := os.ReadFile(filepath.Join(m.tree, "../log"))
	m.calls = strings.Split(strings.TrimSpace(string(log)), "\n")
}

func (m *machine) giveAway() {
	m.t.Helper()
	top := filepath.Dir(m.tree)
	for _, dir := range []string{filepath.Dir(top), top} { // the outer one is private to its maker
		if err := os.Chmod(dir, 0o755); err != nil {
			m.t.Fatal(err)
		}
	}
	err := filepath.WalkDir(top, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// has tells whether a program was called so.
func (m *machine) has(pattern string) bool {
	return slices.ContainsFunc(m.calls, regexp.MustCompile(pattern).MatchString)
}

// want holds what was called, and what was not: patterns with ! before.
func (m *machine) want(patterns ...string) {
	m.t.Helper()
	for _, p := range patterns {
		if name, not := strings.CutPrefix(p, "!"); m.has(name) == not {
			m.t.Errorf("%s: called %q\n%s", p, m.calls, m.said)
		}
	}
}
