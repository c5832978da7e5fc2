package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const secretSite = `site: lab
nodes:
  one: {connection: local, groups: [vellum]}
secrets:
  from_file: {node-file: DIR/key}
  from_env: {env: TIDEMARK_TEST_SECRET}
  from_command: {command: [/bin/cat, DIR/printed]}
`

// The program keeps what it is given where the test can compare it, and prints all of it.
const secretProgram = `#!/bin/sh
cat >DIR/got.stdin
printf %s "$A" >DIR/got.A
printf %s "$B" >DIR/got.B
cat DIR/got.stdin
echo "A is $A and B is $B" >&2
echo x >>DIR/begun
[ -z "$WAIT" ] || while [ -e DIR/begun ] && [ ! -e DIR/go ]; do sleep 0.01; done
[ -z "$DIE" ] || [ -e DIR/died ] || { touch DIR/died; kill -9 $PPID; }
exit $STATUS
`

const secretRunbook = `runbook: story
title: Gives a program all it may not show
on-failure: close
inputs:
  password: {type: secret, default: from_command}
  env: {type: map, default: {STATUS: "0"}}
vars: {wait: ""}
stages:
  - stage: work
    on: vellum
    steps:
      - id: give
        run:
          argv: [/bin/sh, DIR/program]
          stdin: "${{ secrets.from_file }}"
          env: {A: "${{ secrets.from_env }}", B: "pre-${{ inputs.password }}-post", STATUS: "${{ inputs.env.STATUS }}", WAIT: "${{ inputs.env.WAIT ?? '' }}", DIE: "${{ inputs.env.DIE ?? '' }}"}
          redo: idempotent
      - id: again
        run: {argv: [/bin/sh, -c, 'cat >DIR/again'], stdin: "${{ secrets.from_env }}", redo: idempotent}
`

// secretValues hold what breaks careless quoting; none may be found where it does not belong.
func secretValues() map[string]string {
	return map[string]string{
		"file": "-----BEGIN KEY-----\nfile/Zm9vYmFy+secret \"quoted\"\n-----END KEY-----",
		"env":  "env\\secret'`$(id)`<&>", "command": "ünï-command-secret %s",
	}
}

func newSecretHouse(t *testing.T) *house {
	h := newHouse(t)
	values := secretValues()
	t.Setenv("TIDEMARK_TEST_SECRET", values["env"])
	h.fill("site.yaml", secretSite)
	h.fill("story.yaml", secretRunbook)
	h.fill("program", secretProgram)
	h.fill("key", values["file"]+"\n")
	h.fill("printed", values["command"]+"\n")
	return h
}

func (h *house) fill(name, text string) { h.write(name, strings.ReplaceAll(text, "DIR", h.dir)) }

func (h *house) story(args ...string) []string {
	return append([]string{"run", filepath.Join(h.dir, "story.yaml"), "--yes"}, args...)
}

// keeps reports every place that holds a secret, beside those where the test put it or the program wrote it.
func (h *house) keeps() {
	h.t.Helper()
	texts := map[string][]byte{"the output": append(h.out.Bytes(), h.err.Bytes()...)}
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		name := filepath.Base(path)
		if err != nil || d.IsDir() || name == "key" || name == "printed" || name == "again" || strings.HasPrefix(name, "got.") {
			return err
		}
		texts[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	for where, text := range texts {
		h.clean(where, text)
	}
}

// clean looks for the values in the forms that a record could hold them in.
func (h *house) clean(where string, text []byte) {
	h.t.Helper()
	for name, value := range secretValues() {
		inJSON, _ := json.Marshal(value)
		forms := []string{value, string(inJSON[1 : len(inJSON)-1]), strings.Trim(strconv.Quote(value), `"`), base64.StdEncoding.EncodeToString([]byte(value))}
		forms = append(forms, strings.Split(value, "\n")...)
		for _, form := range forms {
			if bytes.Contains(text, []byte(form)) {
				h.t.Errorf("the secret from %s (as %q) is in %s", name, form, where)
			}
		}
	}
}

func (h *house) holds(name, want string) {
	h.t.Helper()
	if got, err := os.ReadFile(filepath.Join(h.dir, name)); string(got) != want || err != nil {
		h.t.Errorf("%s is %q (%v), want %q", name, got, err, want)
	}
}

// commandLines searches the command lines of all processes until stop is called.
func (h *house) commandLines() (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range lines {
				text, _ := os.ReadFile(path)
				h.clean(path, text)
			}
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// A program gets the secrets of each place byte for byte; the plan, the journal, the node, logs, command lines and the
// screen have their names.
func TestSecretsReachTheProgramAlone(t *testing.T) {
	h := newSecretHouse(t)
	values := secretValues()
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml")), exitDone,
		"standard input: text (with secret from_file)", "B (with secret from_command)")
	h.keeps()
	stop := h.commandLines()
	h.wants(h.do(h.story()...), exitDone)
	stop()
	h.holds("got.stdin", values["file"])
	h.holds("got.A", values["env"])
	h.holds("got.B", "pre-"+values["command"]+"-post")
	h.holds("again", values["env"])
	h.keeps()
	h.wants(h.do("logs", h.onlyRun(), "work/give@one"), exitDone, "A is *** and B is pre-***-post")
	h.keeps()
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "-o", "json"), exitDone, `"from_command"`)
	h.keeps()
}

// What a failing program says is masked in messages, too.
func TestSecretsOfAFailure(t *testing.T) {
	h := newSecretHouse(t)
	h.wants(h.do(h.story("--input", "env={STATUS: '3'}")...), exitFailed, "exit 3", "A is *** and B is pre-***-post")
	h.keeps()
}

// A task that was killed is begun again with its secrets.
func TestSecretsOfAKilledTask(t *testing.T) {
	h := newSecretHouse(t)
	h.wants(h.do(h.story("--input", "env={STATUS: '0', DIE: 'x'}")...), exitDone)
	h.holds("begun", "x\nx\n")
	h.holds("got.A", secretValues()["env"])
	h.keeps()
}

// childHouse is where TestSecretsChild drives the run that is killed.
const childHouse = "TIDEMARK_TEST_HOUSE"

func TestSecretsChild(t *testing.T) {
	dir := os.Getenv(childHouse)
	if dir == "" {
		t.Skip("the controller that TestSecretsOfAKilledController kills")
	}
	h := &house{t: t, dir: dir, state: filepath.Join(dir, "state"), build: buildOnce(), refused: map[string]error{}}
	h.do(h.story("--input", "env={STATUS: '0', WAIT: 'x'}")...)
}

// A controller is killed while the task runs: resume reads the secrets again, for what is left.
func TestSecretsOfAKilledController(t *testing.T) {
	h := newSecretHouse(t)
	t.Cleanup(func() { h.write("go", "") }) // whatever fails, the program ends
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSecretsChild$")
	child.Env = append(os.Environ(), childHouse+"="+h.dir)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(h.dir, "begun")); err == nil {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("the task never began")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	h.keeps()
	h.write("go", "")
	code := h.do("resume", "--yes")
	for range 100 { // a process that was being started holds the run's lock until it is
		if code != exitLocked {
			break
		}
		time.Sleep(50 * time.Millisecond)
		code = h.do("resume", "--yes")
	}
	h.wants(code, exitDone)
	h.holds("begun", "x\n")
	h.holds("again", secretValues()["env"])
	h.keeps()
}

// A variable that is not set is known before the first change: the plan says so, run and resume refuse.
func TestSecretsNotSet(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*testing.T)
		says  string
	}{
		"not set": {func(*testing.T) { _ = os.Unsetenv("TIDEMARK_TEST_SECRET") }, `secret "from_env": the variable TIDEMARK_TEST_SECRET is not set here`},
		"empty":   {func(t *testing.T) { t.Setenv("TIDEMARK_TEST_SECRET", "") }, `secret "from_env" is empty`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSecretHouse(t)
			c.spoil(t)
			h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml")), exitDone, "missing now: "+c.says+"; without it the run is refused\n")
			h.wants(h.do(h.story()...), exitRefused, "tidemark: "+c.says)
			if name == "not set" {
				h.wants(exitRefused, exitRefused, "next: export TIDEMARK_TEST_SECRET, then go on")
			}
			if runs, _ := os.ReadDir(filepath.Join(h.state, "runs")); len(runs) > 0 {
				t.Error("a run was begun")
			}
		})
	}
}

// A step that waits for outputs says what secrets it needs as far as that is written out.
func TestSecretsNotSetForALateStep(t *testing.T) {
	h := newSecretHouse(t)
	h.write("story.yaml", strings.Replace(lateRunbook, "STEP", `run: {argv: [echo, "${{ string(len(steps.list.out.backups)) }}"], stdin: "${{ secrets.from_env }}"}`, 1))
	_ = os.Unsetenv("TIDEMARK_TEST_SECRET")
	h.wants(h.do(h.story()...), exitRefused, "the variable TIDEMARK_TEST_SECRET is not set here")
}

// What is done needs no secret again; what is still to begin does.
func TestSecretsNotSetAtResume(t *testing.T) {
	h := newSecretHouse(t)
	h.fill("story.yaml", strings.Replace(secretRunbook, "on-failure: close\n", "", 1))
	_ = os.Remove(filepath.Join(h.dir, "printed"))
	h.wants(h.do(h.story()...), exitFailed, "/bin/cat: exit status 1")
	h.fill("printed", secretValues()["command"]+"\n")
	_ = os.Unsetenv("TIDEMARK_TEST_SECRET")
	h.wants(h.do("resume", "--yes"), exitRefused, "the variable TIDEMARK_TEST_SECRET is not set here")
	t.Setenv("TIDEMARK_TEST_SECRET", secretValues()["env"])
	h.wants(h.do("resume", "--yes"), exitDone)
	h.holds("begun", "x\n")
}

// A secret that cannot be read stops its task before it starts, and says what to do; resume goes on.
func TestSecretsThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(h *house)
		says  string
	}{
		"open file":  {func(h *house) { _ = os.Chmod(filepath.Join(h.dir, "key"), 0o604) }, "every user of the node can read or change it"},
		"no file":    {func(h *house) { _ = os.Remove(filepath.Join(h.dir, "key")) }, "no such file"},
		"empty file": {func(h *house) { h.write("key", "\n") }, `secret "from_file" is empty`},
		"link": {func(h *house) {
			_ = os.Rename(filepath.Join(h.dir, "key"), filepath.Join(h.dir, "printed.key"))
			_ = os.Symlink("printed.key", filepath.Join(h.dir, "key"))
			_ = os.Remove(filepath.Join(h.dir, "printed.key"))
		}, "is a symbolic link"},
		"command": {func(h *house) { _ = os.Remove(filepath.Join(h.dir, "printed")) }, "/bin/cat: exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSecretHouse(t)
			c.spoil(h)
			h.wants(h.do(h.story()...), exitFailed, c.says)
			if _, err := os.Stat(filepath.Join(h.dir, "begun")); err == nil {
				t.Error("the program ran")
			}
		})
	}
}
