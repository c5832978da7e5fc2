package agent

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
)

// What a program answers to apply decides the receipt; an end that says nothing leaves the outcome unknown, unless it
// can simply be done again.
func TestProgramEnds(t *testing.T) {
	const plan = `[ "$1" = plan ] && { echo '{"sign":"~","summary":"do it"}'; exit 0; }` + "\n"
	for script, want := range map[string]string{
		`echo '{"progress":{"done":1,"total":2,"text":"half"}}'; echo '{"out":{"lines":3},"note":"well"}'`: `done true {"lines":3} well`,
		`echo '{"changed":false}'`: `done false {"lines":0} `,
		`echo '{"failure":{"class":"space","message":"disk full","next":"free some"}}'; exit 1`: `failed space sample: disk full | free some`,
		`echo '{"failure":{"class":"odd","message":"a\u001b[2Jb"}}'`:                            `failed exit sample: a�[2Jb (it answered the class "odd", which is none; it counts as exit) | `,
		`echo '{"failure":{"message":"plain"}}'`:                                                `failed exit sample: plain | `,
		`echo one >&2; echo two >&2; exit 7`:                                                    "failed exit sample apply: exit 7:\n  one\n  two | read the task's log",
		`true`:                                                                                  `unknown io sample: apply ended without a result line`,
		`echo hello; echo '{"changed":true}'`:                                                   `unknown io sample: line 1 of apply: invalid character 'h'`,
		`echo '{"changed":true}'; echo '{"note":"x"}'`:                                          `unknown io sample: line 2 of apply: the result stood before it`,
		`echo '{"out":{"lins":1}}'`:                                                             `unknown io sample: out: lins: not among the declared outputs`,
		`echo '{"outs":{}}'`:                                                                    `unknown io sample: line 1 of apply: unknown field "outs"`,
		`kill -9 $$`:                                                                            `unknown io sample apply: the program was ended by a signal`,
		`echo '{"out":{"lines":1}}'; exit 3`:                                                    `failed exit sample apply: exit 3 | it printed nothing; find out why`,
		`head -c 2000000 /dev/zero | tr '\0' a; echo`:                                           `unknown io sample: line 1 of apply: invalid character 'a'`,
		`env | grep -v -e ^PATH= -e ^LANG= -e ^HOME= -e ^PWD= -e ^PYTHON -e ^_= -e ^SHLVL= -e ^OLDPWD= >&2 && exit 9; echo '{"note":"clean"}'`: `done true {"lines":0} clean`,
	} {
		a, p := newAgent(t), prog("checked", plan+script)
		keep(t, a, p)
		r := runProgram(t, a, specOf(p, `{}`, engine.Changes))
		if got := told(r); !strings.HasPrefix(got, want) {
			t.Errorf("%s\n got %s\nwant %s", script, got, want)
		}
		a, p = newAgent(t), prog("idempotent", plan+script)
		keep(t, a, p)
		if r := runProgram(t, a, specOf(p, `{}`, engine.Changes)); r.Outcome == engine.Unknown {
			t.Errorf("%s: unknown, though it can be done again", script)
		}
	}
}

func told(r *engine.Receipt) string {
	if r.Outcome == engine.Done {
		return "done " + map[bool]string{true: "true", false: "false"}[r.Changed] + " " + string(r.Out) + " " + r.Note
	}
	return string(r.Outcome) + " " + string(r.Class) + " " + r.Message + " | " + r.Next
}

// Time and cancel ask the program to end, then end it with all its children; the outcome of a checked kind is unknown.
func TestProgramIsEnded(t *testing.T) {
	const script = `d=$(sed 's/.*"dir":"\([^"]*\)".*/\1/')
[ "$1" = plan ] && { echo '{"sign":"~","summary":"do it"}'; exit 0; }
trap 'echo asked > "$d/asked"; exit 1' TERM
sleep 300 & echo $! > "$d/child"; echo $$ > "$d/pid"; wait`
	a, dir := newAgent(t), t.TempDir()
	p := prog("checked", script)
	keep(t, a, p)
	spec := specOf(p, `{"dir":"`+dir+`"}`, engine.Changes)
	spec.Timeout = 2 * time.Second
	if r := runProgram(t, a, spec); r.Outcome != engine.Unknown || r.Class != engine.ClassTimeout {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "asked")); err != nil {
		t.Errorf("it was not asked to end: %v", err)
	}
	gone(t, waitForPID(t, filepath.Join(dir, "child")))
	spec = other(specOf(p, `{"dir":"`+dir+`"}`, engine.Changes), "cancelled")
	if err := os.Remove(filepath.Join(dir, "pid")); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	waitForPID(t, filepath.Join(dir, "pid"))
	if _, err := a.Cancel(t.Context(), spec.TaskRef); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Receipt.Outcome != engine.Unknown || s.Receipt.Class != engine.ClassCancelled {
		t.Errorf("%+v %v", s.Receipt, err)
	}
}

func gone(t *testing.T, pid int) {
	t.Helper()
	for range 100 {
		if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); err != nil || dead(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d lives on", pid)
}

// TestWhatAProgramLeavesEndsWithIt: also where it made a session of its own. The run does not wait for it; the log tells.
func TestWhatAProgramLeavesEndsWithIt(t *testing.T) {
	const script = `d=$(sed 's/.*"dir":"\([^"]*\)".*/\1/')
[ "$1" = plan ] && { echo '{"sign":"~","summary":"do it"}'; exit 0; }
setsid sh -c 'echo $$ > "$0/pid"; exec sleep 300' "$d" </dev/null >/dev/null 2>&1 &
while ! test -s "$d/pid"; do sleep 0.01; done
echo '{"note":"well"}'`
	a, dir := newAgent(t), t.TempDir()
	p := prog("checked", script)
	keep(t, a, p)
	spec := specOf(p, `{"dir":"`+dir+`"}`, engine.Changes)
	if r := runProgram(t, a, spec); r.Outcome != engine.Done {
		t.Errorf("%+v", r)
	}
	child := waitForPID(t, filepath.Join(dir, "pid"))
	gone(t, child)
	log, err := a.Log(t.Context(), spec.TaskRef)
	if want := "what it had started was stopped (the task had ended): " + strconv.Itoa(child); err != nil || !strings.Contains(string(log), want) {
		t.Errorf("the log says %q, %v; want %q", log, err, want)
	}
}
