package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mortal kills the process of its task in the middle of apply, before or after its work, the first time.
const mortal = `#!/bin/sh
[ "$1" = describe ] && { echo '{"protocol": 1, "name": "mortal", "doc": "D.", "redo": "REDO", "example": "{id: x, mortal: {dir: /x}}",
 "arguments": {"type": "object", "properties": {"dir": {"type": "string"}, "late": {"type": "boolean"}}}}'; exit; }
in=$(cat); dir=$(echo "$in" | sed 's/.*"dir":"\([^"]*\)".*/\1/')
if [ "$1" = plan ]; then
  if [ -e "$dir/done" ]; then echo '{"sign": "=", "summary": "there"}'; else echo '{"sign": "+", "summary": "make it"}'; fi; exit
fi
echo x >> "$dir/tries"
case $in in *'"late":true'*) echo x >> "$dir/done" ;; esac
[ "$(wc -l < "$dir/tries")" -gt 1 ] || { kill -9 $PPID; kill -9 $$; }
echo x >> "$dir/done"; echo '{"changed": true}'
`

// A task whose processes are killed in apply is settled by the redo rule of its description: a checked one by its plan.
func TestKilledProgramIsSettled(t *testing.T) {
	for name, c := range map[string]struct {
		redo, late, says, tries string
		code                    int
	}{
		"work done":     {"checked", "true", "found done: there", "x\n", 0},
		"work not done": {"checked", "false", "found not done: make it", "x\nx\n", 0},
		"idempotent":    {"idempotent", "false", "done again (idempotent)", "x\nx\n", 0},
		"manual":        {"manual", "false", "only a person can tell", "x\n", 4},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.write("kinds/mortal/mortal", strings.Replace(mortal, "REDO", c.redo, 1), 0o755)
			d.book("id: m, mortal: {dir: DIR, late: " + c.late + "}")
			wants(t, d.tidemark(c.code, "--yes=hill", "run", d.path("try.yaml")), c.says)
			if got := d.read("tries"); got != c.tries {
				t.Errorf("tried %q, want %q", got, c.tries)
			}
		})
	}
}

// A command that was ended by a signal, or that gave its status and left a process behind, may have done its work: the run
// and a resume settle it by the step's redo rule. What only a person can tell is not repeated, and the person's word ends it. Behind a check that left
// something the command is known not to have run.
func TestACommandWithoutAnEndOfItsOwnIsSettled(t *testing.T) {
	const work = `echo x >>DIR/tries; touch DIR/made; sleep 60 >/dev/null 2>&1 &`
	for name, c := range map[string]struct {
		more, says, tries string
		code, resumed     int
	}{
		"manual":       {"", "only a person can tell", "x\n", exitUnknown, exitUnknown},
		"failed":       {"argv: [/bin/sh, -c, '" + work + " exit 1']", "exit status 1, and left processes behind", "x\n", exitUnknown, exitUnknown},
		"by a signal":  {"argv: [/bin/sh, -c, 'echo x >>DIR/tries; kill -9 $$']", "ended by a signal", "x\n", exitUnknown, exitUnknown},
		"work done":    {"creates: DIR/made", "found done", "x\n", exitDone, exitUsage},
		"idempotent":   {"redo: idempotent", "left processes behind", "x\nx\n", exitFailed, exitFailed},
		"only a check": {"check: [/bin/sh, -c, '" + work + " exit 1']", "the command did not run", "x\nx\n", exitFailed, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if !strings.Contains(c.more, "argv") {
				c.more += ", argv: [/bin/sh, -c, '" + work + "']"
			}
			d.book("id: r, run: {" + strings.ReplaceAll(strings.TrimPrefix(c.more, ", "), "DIR", d.dir) + "}")
			wants(t, d.tidemark(c.code, "--yes=hill", "run", d.path("try.yaml")), c.says)
			again := d.tidemark(c.resumed, "--yes=hill", "resume")
			if got := d.read("tries"); got != c.tries {
				t.Errorf("tried %q, want %q", got, c.tries)
			}
			if c.resumed == exitUnknown {
				wants(t, again, "only a person can tell whether it was done: /bin/sh: e")
				d.tidemark(exitDone, "--yes=hill", "resume", "--as", "done", "s/r@here")
			}
		})
	}
}

const mumbling = `#!/bin/sh
[ "$1" = describe ] && { echo '{"protocol": 1, "name": "mumbling", "doc": "D.", "redo": "REDO", "example": "{id: x, mumbling: {}}",
 "arguments": {"type": "object"}, "outputs": {"type": "object", "properties": {"got": {"type": "string"}}}}'; exit; }
[ "$1" = plan ] && { echo '{"sign": "+", "summary": "do it"}'; exit; }
SAYS
`

// What a program reports wrongly is named where the run ends, in status and in the task's log: which output, and what it
// printed. Nobody reads of a process that died where none did.
func TestWrongReportsAreNamed(t *testing.T) {
	for says, c := range map[string]struct{ redo, why, printed string }{
		`echo '{"out":{"got":5}}'`:      {"checked", "got: 5 where a string is due", `it printed: {"out":{"got":5}}`},
		`echo '{"out":{"gut":"well"}}'`: {"idempotent", "out: gut: not among the declared outputs", `it printed: {"out":{"gut":"well"}}`},
		`echo done`:                     {"checked", "line 1 of apply", "it printed: done"},
		`kill -9 $PPID`:                 {"checked", "the task's process ended without a receipt", " s/m@here\n"},
	} {
		t.Run(says, func(t *testing.T) {
			d := newDesk(t)
			d.write("kinds/mumbling/mumbling", strings.NewReplacer("REDO", c.redo, "SAYS", says).Replace(mumbling), 0o755)
			d.book("id: m, mumbling: {}")
			said := d.tidemark(1, "--yes=hill", "run", d.path("try.yaml"))
			wants(t, said, c.why, c.printed)
			wants(t, d.tidemark(0, "status"), c.why, c.printed)
			if strings.HasPrefix(c.printed, "it printed") {
				wants(t, said, "correct the program of this kind")
				wants(t, d.tidemark(0, "logs", "s/m@here"), c.why, c.printed)
			}
		})
	}
}

// A step that takes too long names the time that ended it, once.
func TestTimeIsNamedOnce(t *testing.T) {
	for step, says := range map[string]string{
		"id: r, timeout: 1s, run: {argv: [sleep, \"60\"], redo: idempotent}": "r: sleep: not done within 1s  @here",
		"id: m, timeout: 5s, mumbling: {}":                                   "the program was ended before it was done: not done within 5s  @here",
	} {
		d := newDesk(t)
		d.write("kinds/mumbling/mumbling", strings.NewReplacer("REDO", "idempotent", "SAYS", "exec sleep 60").Replace(mumbling), 0o755)
		d.book(step)
		if said := d.tidemark(1, "--yes=hill", "run", d.path("try.yaml")); !strings.Contains(said, says) || strings.Contains(said, "24h") || strings.Contains(said, "deadline") {
			t.Errorf("%s is missing in\n%s", says, said)
		}
	}
}

const flagged = `#!/bin/sh
[ "$1" = describe ] && { echo '{"protocol": 1, "name": "flagged", "doc": "D.", "redo": "checked", "example": "{id: x, flagged: {dir: /x}}",
 "arguments": {"type": "object", "properties": {"dir": {"type": "string"}}}}'; exit; }
dir=$(sed 's/.*"dir":"\([^"]*\)".*/\1/')
[ "$1" = plan ] && { echo '{"sign": "+", "summary": "write"}'; exit; }
[ -e "$dir/flag" ] || { echo '{"failure": {"class": "precondition", "message": "no flag", "next": "set it"}}'; exit 1; }
echo first > "$dir/result"; echo '{}'
`

// A run is resumed with the program that was approved, though the site has another one by now; a new plan has
// another digest.
func TestResumeKeepsTheProgram(t *testing.T) {
	d := newDesk(t)
	d.write("kinds/flagged/flagged", flagged, 0o755)
	d.book("id: f, flagged: {dir: DIR}")
	before := digestIn(t, d.tidemark(0, "plan", d.path("try.yaml")))
	wants(t, d.tidemark(1, "--yes=hill", "run", d.path("try.yaml")), "no flag", "set it")
	d.write("kinds/flagged/flagged", strings.Replace(flagged, "first", "second", 1), 0o755)
	d.write("flag", "", 0o644)
	if err := os.RemoveAll(filepath.Join(d.node, "programs")); err != nil { // pruned meanwhile
		t.Fatal(err)
	}
	wants(t, d.tidemark(0, "--yes=hill", "resume"), d.path("kinds/flagged")+" changed since the plan was made; the run keeps to its plan")
	if got := d.read("result"); got != "first\n" {
		t.Errorf("resume ran the %s program", got)
	}
	if after := digestIn(t, d.tidemark(0, "plan", d.path("try.yaml"))); after == before {
		t.Error("another program, but the digest of the plan is the same")
	}
}

// What a done step promised is looked at again on resume. A value that was taken back is set once more; one that nobody
// approved to be overwritten is refused.
func TestResumeLooksAtPromises(t *testing.T) {
	d := newDesk(t, "ini-setting")
	d.write("x.ini", "[s]\na = 1\nb = 1\n", 0o644)
	d.write("kinds/flagged/flagged", flagged, 0o755)
	d.book(`id: a, ini-setting: {path: DIR/x.ini, section: s, key: a, value: "2"}`, `id: b, ini-setting: {path: DIR/x.ini, section: s, key: b, value: "2"}`, "id: f, flagged: {dir: DIR}")
	wants(t, d.tidemark(1, "--yes=hill", "run", d.path("try.yaml")), "no flag")
	d.write("x.ini", strings.Replace(d.read("x.ini"), "b = 2", "b = 7", 1), 0o644)
	d.write("flag", "", 0o644)
	wants(t, d.tidemark(1, "--yes=hill", "resume"), "x.ini.s.b was 2, is 7", "facts changed since approval")
	d.write("x.ini", strings.Replace(d.read("x.ini"), "b = 7", "b = 1", 1), 0o644)
	said := d.tidemark(0, "--yes=hill", "resume")
	wants(t, said, "begin   s/b@here")
	if strings.Contains(said, "begin   s/a@here") {
		t.Errorf("done again without need:\n%s", said)
	}
	if got := d.read("x.ini"); got != "[s]\na = 2\nb = 2\n" {
		t.Errorf("got\n%s", got)
	}
}

func digestIn(t *testing.T, text string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\ndigest ")
	if !found {
		t.Fatalf("no digest in\n%s", text)
	}
	return strings.Fields(rest)[0]
}
