package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/testdata/needed"
)

// The example in Python sets a value, leaves all other lines, and finds it done the second time.
func TestINISetting(t *testing.T) {
	d := newDesk(t, "ini-setting")
	const before = "; ours\n[web]\nworkers = 9\n\n[server]\n# how many\nworkers=2\n\n[last]\nx = 1"
	d.write("x.ini", before, 0o640)
	d.book(`id: ini, ini-setting: {path: DIR/x.ini, section: server, key: workers, value: "4"}`, `id: new, ini-setting: {path: DIR/x.ini, section: last, key: z, value: "${{ steps.ini.out.previous }}"}`)
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "~ ini  ini-setting: set [server] workers", "is 2, becomes 4", "ini-setting plan: the file at path", "? new",
		"programs of the site:\n  ini-setting  "+d.path("kinds/ini-setting")+"  sha256 ")
	if got := d.read("x.ini"); got != before {
		t.Errorf("the plan changed it:\n%s", got)
	}
	wants(t, d.tidemark(0, "--yes=hill", "run", d.path("try.yaml")), "was 2", "was not there")
	if got, want := d.read("x.ini"), "; ours\n[web]\nworkers = 9\n\n[server]\n# how many\nworkers = 4\n\n[last]\nx = 1\nz = 2\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if info, err := os.Stat(d.path("x.ini")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "= ini")
	if entries, _ := filepath.Glob(d.path("kinds/ini-setting/*")); len(entries) != 2 {
		t.Errorf("something was left beside the program: %v", entries)
	}
	d.book(`id: ini, ini-setting: {path: DIR/none.ini, section: s, key: k, value: v}`)
	wants(t, d.tidemark(5, "plan", d.path("try.yaml")), "none.ini is not there", "install the program that it belongs to")
}

// The example in sh looks at the clock, by a chronyc of the test.
func TestNTPOffset(t *testing.T) {
	d := newDesk(t, "ntp-offset")
	d.book(`id: clock, ntp-offset: {max: 50ms, chronyc: DIR/chronyc}`, `id: said, assert: {that: steps.clock.out.seconds < 0 and steps.clock.out.server == "time.example"}`)
	answer := func(stratum, offset string) {
		d.write("chronyc", "#!/bin/sh\n[ \"$*\" = '-c tracking' ] && echo C0A80001,time.example,"+stratum+",1700000000.1,"+offset+",0.1,0.2,1,2,3,4,5,6,Normal\n", 0o755)
	}
	answer("3", "-0.012345678")
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "= clock  ntp-offset: the clock is -0.012346 s off time.example")
	d.tidemark(0, "run", d.path("try.yaml"))
	answer("3", "0.2")
	wants(t, d.tidemark(5, "plan", d.path("try.yaml")), "the clock is 0.2 s off, more than 0.05 s", "chronyc makestep")
	answer("0", "0.0")
	wants(t, d.tidemark(5, "plan", d.path("try.yaml")), "follows no time server")
}

// A kind that is not mentioned is not asked; `steps` asks all and lists those that can be used beside the others.
func TestOnlyMentionedKindsAreAsked(t *testing.T) {
	d := newDesk(t, "greeting")
	d.write("kinds/spoiled/spoiled", "#!/bin/sh\ntouch "+d.path("asked")+"\nexit 3\n", 0o755)
	d.book("id: g, greeting: {path: DIR/hello}")
	d.tidemark(0, "plan", d.path("try.yaml"))
	d.tidemark(0, "--yes=hill", "run", d.path("try.yaml"))
	if got := d.read("hello"); got != "hello\n" {
		t.Errorf("%q", got)
	}
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "= g  greeting: greet in")
	d.write("hello", "bye\n", 0o644)
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "~ g  greeting: greet in")
	wants(t, d.tidemark(0, "steps"), "greeting  ", "Puts a greeting into a file", "TM0902", "spoiled describe: exit 3", "wait-monit")
	wants(t, d.tidemark(0, "steps", "greeting"), "path      string  required")
	wants(t, d.tidemark(0, "schema", "runbook"), `"greeting": {`, "Puts a greeting into a file")
	if _, err := os.Stat(d.path("asked")); err == nil {
		t.Error("describe could write")
	}
	d.write("kinds/timeout/timeout", "#!/bin/sh\n", 0o755)
	d.book("id: g, timeout: 1m, greeting: {path: DIR/hello}")
	wants(t, d.tidemark(0, "validate", d.path("try.yaml")), "TM0909", "kinds/timeout: kind timeout: the name is a key of every step")
	// In --runbooks too; the same name in both places is refused where it is used.
	more := d.path("more")
	if err := os.CopyFS(filepath.Join(more, "kinds", "greeting"), os.DirFS(d.path("kinds/greeting"))); err != nil {
		t.Fatal(err)
	}
	wants(t, d.tidemark(64, "--runbooks", more, "validate", d.path("try.yaml")), "try.yaml:7:30: TM0909", "stands twice")
	if err := os.RemoveAll(d.path("kinds/greeting")); err != nil {
		t.Fatal(err)
	}
	wants(t, d.tidemark(64, "validate", d.path("try.yaml")), "TM0203")
	wants(t, d.tidemark(0, "--runbooks", more, "validate", d.path("try.yaml")), "1 file valid")
}

// A secret reaches apply by standard input alone; what the program prints of it is masked, and plan sees its name only.
func TestProgramTakesSecrets(t *testing.T) {
	const value = "swordfish-7781"
	t.Setenv("EXEC_KIND_SECRET", value)
	d := newDesk(t)
	d.write("site.yaml", hereSite+"secrets: {pass: {env: EXEC_KIND_SECRET}}\n", 0o644)
	d.write("kinds/login/login", `#!/bin/sh
[ "$1" = describe ] && { echo '{"protocol": 1, "name": "login", "doc": "D.", "redo": "checked", "example": "{id: x, login: {dir: /x, password: \"${{ secrets.pass }}\"}}",
 "arguments": {"type": "object", "properties": {"dir": {"type": "string"}, "password": {"type": "string", "format": "secret"}}}}'; exit; }
in=$(cat)
case $in in *'"password":{"secrets":["pass"]}'*) said=name ;; *) said=value ;; esac
[ "$1" = plan ] && { echo '{"sign": "+", "summary": "log in by '$said'"}'; exit; }
dir=$(echo "$in" | sed 's/.*"dir":"\([^"]*\)".*/\1/'); pass=$(echo "$in" | sed 's/.*"password":"\([^"]*\)".*/\1/')
echo "got $pass" | tee "$dir/got" >&2
echo '{"note": "by '$said' '$pass'"}'
`, 0o755)
	d.write("try.yaml", strings.ReplaceAll(`runbook: try
title: Tries.
inputs: {password: {type: secret, default: pass}}
stages:
  - stage: s
    on: all
    steps:
      - {id: l, login: {dir: DIR, password: "${{ inputs.password }}"}}
`, "DIR", d.dir), 0o644)
	said := d.tidemark(0, "plan", d.path("try.yaml")) + d.tidemark(0, "--yes=hill", "run", d.path("try.yaml"))
	wants(t, said, "login: log in by name", "by value")
	if got := d.read("got"); got != "got "+value+"\n" {
		t.Errorf("the program got %q", got)
	}
	if err := os.Remove(d.path("got")); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(said, value) {
		t.Errorf("the secret is shown:\n%s", said)
	}
	for _, dir := range []string{d.dir, d.node} {
		out, _ := exec.CommandContext(t.Context(), "grep", "-r", value, dir).CombinedOutput()
		if len(out) > 0 {
			t.Errorf("the secret lies in %s", out)
		}
	}
}

// A kind that says so runs in the network namespace of the node, in the dry run as in apply; another one does not.
func TestProgramInNetns(t *testing.T) {
	name := fmt.Sprintf("tidemark-test-%d", os.Getpid())
	if out, err := exec.CommandContext(t.Context(), "ip", "netns", "add", name).CombinedOutput(); err != nil {
		needed.Skip(t, fmt.Sprintf("no network namespace can be made here: %v %s", err, out))
	}
	t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "ip", "netns", "del", name).Run() })
	for netns, want := range map[string]string{"true": "alone", "false": "with others"} {
		d := newDesk(t)
		d.write("site.yaml", strings.Replace(hereSite, "connection: local", "connection: local, netns: "+name, 1), 0o644)
		d.write("kinds/links/links", `#!/bin/sh
[ "$1" = describe ] && { echo '{"protocol": 1, "name": "links", "doc": "D.", "redo": "idempotent", "netns": '`+netns+`', "example": "{id: x, links: {}}"}'; exit; }
others=$(sed 's/^ *//' /proc/net/dev | grep : | grep -c -v ^lo:)
[ "$others" = 0 ] && said=alone || said='with others'
[ "$1" = plan ] && echo '{"sign": "+", "summary": "'"$said"'"}' || echo '{"note": "applied '"$said"'"}'
`, 0o755)
		d.book("id: l, links: {}")
		wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "links: "+want)
		wants(t, d.tidemark(0, "run", "--yes", d.path("try.yaml")), "applied "+want)
	}
}

// A kind made of steps takes a program like any other kind; the mistakes of one are told at the step inside.
func TestProgramWithinSteps(t *testing.T) {
	d := newDesk(t, "ini-setting")
	d.write("x.ini", "[s]\n", 0o644)
	d.write("kinds/tuned.yaml", `kind: tuned
doc: Sets what we always set.
inputs:
  path: {type: string, required: true}
outputs:
  before: "${{ steps.two.out.previous }}"
steps:
  - {id: one, ini-setting: {path: "${{ inputs.path }}", section: s, key: a, value: "1"}}
  - {id: two, ini-setting: {path: "${{ inputs.path }}", section: s, key: b, value: "2"}}
`, 0o644)
	d.book("id: tuned, tuned: {path: DIR/x.ini}", "id: said, assert: {that: steps.tuned.out.before == ''}")
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "set [s] a in", "set [s] b in", "programs of the site:")
	d.tidemark(0, "--yes=hill", "run", d.path("try.yaml"))
	if got := d.read("x.ini"); got != "[s]\na = 1\nb = 2\n" {
		t.Errorf("got\n%s", got)
	}
	if err := os.Chmod(d.path("kinds/ini-setting/ini-setting"), 0o644); err != nil {
		t.Fatal(err)
	}
	wants(t, d.tidemark(64, "plan", d.path("try.yaml")), "kinds/tuned.yaml:8:15: TM0901", "is not executable", "chmod +x ")
}

// A kind on the controller is pure; it decides on outputs of nodes, in the controller's own agent.
func TestControllerKind(t *testing.T) {
	d := newDesk(t)
	d.write("kinds/judge/judge", `#!/bin/sh
[ "$1" = describe ] && { echo '{"protocol": 1, "name": "judge", "doc": "D.", "redo": "pure", "on": "controller", "example": "{id: x, judge: {limit: 1}}",
 "arguments": {"type": "object", "required": ["limit"], "properties": {"limit": {"type": "integer"}}},
 "outputs": {"type": "object", "properties": {"fine": {"type": "boolean"}}}}'; exit; }
limit=$(sed 's/.*"limit":\([0-9]*\).*/\1/')
[ "$limit" -gt 5 ] || { echo '{"failure": {"class": "precondition", "message": "only '"$limit"'"}}'; exit 1; }
echo '{"sign": "=", "summary": "enough", "out": {"fine": true}}'
`, 0o755)
	text := "runbook: try\ntitle: Tries.\nstages:\n  - {stage: s, on: controller, steps: [{id: j, judge: {limit: LIMIT}}, {id: ok, assert: {that: steps.j.out.fine}}]}\n"
	d.write("try.yaml", strings.Replace(text, "LIMIT", "7", 1), 0o644)
	d.tidemark(0, "run", d.path("try.yaml"))
	d.write("try.yaml", strings.Replace(text, "LIMIT", "3", 1), 0o644)
	wants(t, d.tidemark(5, "plan", d.path("try.yaml")), "judge: only 3")
}

// The page shows the example as it is, in at most twenty lines.
func TestDocumentedExample(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "executable-kinds.md"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join("..", "..", "testdata", "kinds", "greeting", "greeting"))
	if err != nil || bytes.Count(program, []byte("\n")) > 20 {
		t.Fatal(err, bytes.Count(program, []byte("\n")))
	}
	wants(t, string(page), "```sh kinds/greeting/greeting\n"+string(program)+"```\n")
}

// A kind that no step can use is there all the same: the page of it leads to what is wrong, not to the list of the others.
func TestAPageOfABrokenKind(t *testing.T) {
	d := newDesk(t)
	d.write("kinds/pk/pk", "#!/bin/sh\necho '{}'\n", 0o755)
	said := d.tidemark(exitUsage, "steps", "pk")
	wants(t, said, `the kind "pk" is there, and no step can use it`, "tidemark validate "+d.path("kinds/pk"))
	d.tidemark(exitUsage, "validate", d.path("kinds/pk"))
}
