package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/testdata/needed"
)

// prog makes an executable kind of a shell script; $1 is the verb.
func prog(redo, script string) engine.Program {
	d, _ := json.Marshal(map[string]any{
		"protocol": 1, "name": "sample", "doc": "Test kind.", "example": "id: x\nsample: {}", "redo": redo, "probes": []string{"a file"},
		"arguments": json.RawMessage(`{"type":"object","properties":{"dir":{"type":"string"},"wait":{"type":"string","format":"duration","default":"90s"}}}`),
		"outputs":   json.RawMessage(`{"type":"object","properties":{"lines":{"type":"integer"}}}`),
	})
	return engine.Program{Name: "sample", Main: "sample", Description: string(d), Files: []engine.ProgramFile{
		{Name: "lib/part", Data: []byte("part")}, {Name: "sample", Exec: true, Data: []byte("#!/bin/sh\n" + script)},
	}}
}

func keep(t *testing.T, a *Agent, p engine.Program) {
	t.Helper()
	if _, err := a.Keep(t.Context(), engine.KeepRequest{Programs: []engine.Program{p}}); err != nil {
		t.Fatal(err)
	}
}

func planProgram(t *testing.T, a *Agent, p engine.Program, args string) engine.PlanReply {
	t.Helper()
	reply, err := a.Plan(t.Context(), engine.PlanRequest{Run: run, Node: "n1", Items: []engine.PlanItem{{Task: "x", Kind: "sample", Program: p.Hash(), Args: json.RawMessage(args)}}})
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func specOf(p engine.Program, args string, sign engine.Sign) engine.TaskSpec {
	return engine.TaskSpec{
		TaskRef: engine.TaskRef{Run: run, Epoch: 1, Task: "s/x@n1", Attempt: 1}, Kind: "sample", Program: p.Hash(), Args: json.RawMessage(args),
		Digest: "d", Approved: engine.Change{Sign: sign, Risk: engine.Overwrites}, Timeout: time.Minute,
	}
}

func runProgram(t *testing.T, a *Agent, spec engine.TaskSpec) *engine.Receipt {
	t.Helper()
	if _, err := a.Start(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	s, err := a.Wait(t.Context(), spec.TaskRef, nil)
	if err != nil || s.Receipt == nil {
		t.Fatalf("%+v %v", s, err)
	}
	return s.Receipt
}

// A node takes a program once, keeps it private, and runs only what was sent.
func TestProgramsAreKeptByHash(t *testing.T) {
	a, p := newAgent(t), prog("checked", `echo '{"sign":"=","summary":"fine"}'`)
	hash := p.Hash()
	if r, err := a.Keep(t.Context(), engine.KeepRequest{Hashes: []string{hash}}); err != nil || len(r.Missing) != 1 {
		t.Fatalf("%v %v", r, err)
	}
	keep(t, a, p)
	if r, err := a.Keep(t.Context(), engine.KeepRequest{Hashes: []string{hash}}); err != nil || len(r.Missing) != 0 {
		t.Fatalf("%v %v", r, err)
	}
	if got := planProgram(t, a, p, `{}`).Planned[0]; got.Error != "" || got.Change.Sign != engine.Same {
		t.Fatalf("%+v", got)
	}
	dir := filepath.Join(a.o.Dir, "programs", hash)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	for name, spoil := range map[string]func() error{
		"a byte":      func() error { return swap(filepath.Join(dir, "files", "sample"), "fine", "FINE") },
		"a mode":      func() error { return os.Chmod(filepath.Join(dir, "files", "lib", "part"), 0o700) },
		"a file more": func() error { return os.WriteFile(filepath.Join(dir, "files", "json.py"), nil, 0o600) },
		"a file less": func() error { return os.Remove(filepath.Join(dir, "files", "lib", "part")) },
		"a manifest":  func() error { return swap(filepath.Join(dir, "program.json"), "Test kind", "Best kind") },
	} {
		if err := spoil(); err != nil {
			t.Fatal(name, err)
		}
		got := planProgram(t, a, p, `{}`).Planned[0]
		if got.Class != engine.ClassPrecondition || !strings.Contains(got.Error, "is not what was sent") {
			t.Errorf("%s: planned all the same: %+v", name, got)
		}
		if r := runProgram(t, a, other(specOf(p, `{}`, engine.Same), name)); r.Outcome != engine.Failed || r.Class != engine.ClassPrecondition {
			t.Errorf("%s: ran all the same: %+v", name, r)
		}
		if r, err := a.Keep(t.Context(), engine.KeepRequest{Hashes: []string{hash}}); err != nil || len(r.Missing) != 1 {
			t.Errorf("%s: %v %v", name, r, err)
		}
		keep(t, a, p)
	}
}

// other is the spec of another task.
func other(s engine.TaskSpec, name string) engine.TaskSpec {
	s.Task = "s/" + strings.ReplaceAll(name, " ", "-") + "@n1"
	return s
}

func swap(path, from, to string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, bytes.ReplaceAll(raw, []byte(from), []byte(to)), 0o500)
}

// A program whose plan tries to change the node is stopped by the fence, in the dry run and just before apply.
func TestProgramPlansBehindTheFence(t *testing.T) {
	a, dir := newAgent(t), t.TempDir()
	p := prog("checked", `d=$(sed 's/.*"dir":"\([^"]*\)".*/\1/')
case $1 in
plan) (echo x > "$d/$1") 2>/dev/null && w=wrote; (chmod 777 "$d") 2>/dev/null && w=$w-chmod
  kill -0 1 2>/dev/null; echo "{\"sign\":\"+\",\"summary\":\"tried${w}\"}" ;;
apply) echo x > "$d/applied"; echo '{"out":{"lines":1},"changed":true}' ;;
esac`)
	keep(t, a, p)
	args := `{"dir":"` + dir + `"}`
	reply := planProgram(t, a, p, args)
	if got := reply.Planned[0]; got.Error != "" || got.Change.Summary != "tried" || got.Change.Sign != engine.Creates {
		t.Fatalf("%+v", got)
	}
	if probes := strings.Join(reply.Probes, "|"); probes != "sample plan (a program)|sample plan: a file" {
		t.Errorf("probes %s", probes)
	}
	if !strings.Contains(strings.Join(reply.Open, " "), "ask servers what they like") {
		t.Errorf("open %v", reply.Open)
	}
	r := runProgram(t, a, specOf(p, args, engine.Creates))
	if r.Outcome != engine.Done || !r.Changed || string(r.Out) != `{"lines":1}` || r.Change.Summary != "tried" {
		t.Errorf("%+v %s", r, r.Out)
	}
	made, _ := os.ReadDir(dir)
	if len(made) != 1 || made[0].Name() != "applied" {
		t.Errorf("made %v, want what apply made alone", made)
	}
}

// What a program answers to apply decides the receipt; an end that says nothing leaves the outcome unknown, unless it
// can simply be done again.
func TestProgramEnds(t *testing.T) {
	const plan = `[ "$1" = plan ] && { echo '{"sign":"~","summary":"do it"}'; exit 0; }` + "\n"
	for script, want := range map[string]string{
		`echo '{"progress":{"done":1,"total":2,"text":"half"}}'; echo '{"out":{"lines":3},"note":"well"}'`: `done true {"lines":3} well`,
		`echo '{"changed":false}'`: `done false {"lines":0} `,
		`echo '{"failure":{"class":"space","message":"disk full","next":"free some"}}'; exit 1`: `failed space sample: disk full | free some`,
		`echo '{"failure":{"class":"odd","message":"a\u001b[2Jb"}}'`:                            `failed exit sample: a�[2Jb | `,
		`echo one >&2; echo two >&2; exit 7`:                                                    "failed exit sample apply: exit 7:\n  one\n  two | read the task's log",
		`true`:                                                                                  `unknown io sample: apply ended without a result line`,
		`echo hello; echo '{"changed":true}'`:                                                   `unknown io sample: line 1 of apply: invalid character 'h'`,
		`echo '{"changed":true}'; echo '{"note":"x"}'`:                                          `unknown io sample: line 2 of apply: the result stood before it`,
		`echo '{"out":{"lins":1}}'`:                                                             `unknown io sample: out: lins: not among the declared outputs`,
		`echo '{"outs":{}}'`:                                                                    `unknown io sample: line 1 of apply: unknown field "outs"`,
		`kill -9 $$`:                                                                            `unknown io sample apply: the program was ended by a signal`,
		`echo '{"out":{"lines":1}}'; exit 3`:                                                    `failed exit sample apply: exit 3`,
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

// What a program answers to plan is checked; nothing of it reaches a screen raw.
func TestProgramPlans(t *testing.T) {
	a := newAgent(t)
	for answer, want := range map[string]string{
		`{"sign":"=","summary":"a\tb\u001b[1m","out":{"lines":2}}`: `= a b�[1m {"lines":2}`,
		`{"sign":"x","summary":"s"}`:                               `precondition sample: plan answered the sign "x": it is one of = + ~ - ?`,
		`{"sign":"+"}`:                                             `precondition sample: plan answered no summary`,
		`{"sign":"+","summary":"s","risk":"much"}`:                 `precondition sample: plan answered the risk "much"`,
		`{"sign":"+","summary":"s","sings":1}`:                     `precondition sample: plan printed no answer: unknown field "sings"`,
		`{"sign":"+","summary":"s","out":{"lines":"2"}}`:           `precondition sample: plan: out: lines: a string where an int is due`,
		`{"failure":{"class":"connect","message":"no answer"}}`:    `connect sample: no answer`,
		``:     `precondition sample: plan printed no answer: nothing was printed`,
		`{} 1`: `precondition sample: plan printed no answer: more text behind the JSON object`,
		`{"sign":"-","summary":"s","pre":{"b":"1","a":"2"},"will":{"c":"3"}}`: `- s `,
	} {
		p := prog("checked", "cat > /dev/null; cat <<'EOF'\n"+answer+"\nEOF")
		keep(t, a, p)
		got := planProgram(t, a, p, `{}`).Planned[0]
		text := string(got.Change.Sign) + " " + got.Change.Summary + " " + string(got.Change.Out)
		if got.Error != "" {
			text = string(got.Class) + " " + got.Error
		}
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s\n got %s\nwant %s", answer, text, want)
		}
		if got.Change.Sign == engine.Destroys && (got.Change.Risk != engine.Overwrites || len(got.Change.Pre) != 2 || got.Change.Pre[0].Key != "a") {
			t.Errorf("%+v", got.Change)
		}
	}
	p := prog("pure", `echo '{"sign":"+","summary":"s"}'`)
	keep(t, a, p)
	if got := planProgram(t, a, p, `{}`).Planned[0]; !strings.Contains(got.Error, "a pure kind changes nothing") {
		t.Errorf("%+v", got)
	}
	p = prog("checked", `head -c 2000000 /dev/zero`)
	keep(t, a, p)
	if got := planProgram(t, a, p, `{}`).Planned[0]; !strings.Contains(got.Error, "printed more than") {
		t.Errorf("%+v", got)
	}
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
	if err := a.Cancel(t.Context(), spec.TaskRef); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Wait(t.Context(), spec.TaskRef, nil); err != nil || s.Receipt.Outcome != engine.Unknown || s.Receipt.Class != engine.ClassCancelled {
		t.Errorf("%+v %v", s.Receipt, err)
	}
}

func gone(t *testing.T, pid int) {
	t.Helper()
	for range 100 {
		if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); err != nil || zombie(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d lives on", pid)
}

// A task of another user runs a copy of the program that this user can read and not change, and that goes with it.
func TestProgramRunsAsUser(t *testing.T) {
	needed.Root(t, "giving up rights")
	tmp := t.TempDir()
	if err := os.Chmod(tmp, 0o711); err != nil {
		t.Fatal(err)
	}
	open(t, tmp)
	t.Setenv("TMPDIR", tmp)
	long := time.Now().Add(-sparedFor - time.Hour)
	stale := filepath.Join(tmp, lentName+"of-a-killed-task")
	if err := errors.Join(os.Mkdir(stale, 0o750), os.Chtimes(stale, long, long)); err != nil {
		t.Fatal(err)
	}
	a, p := newAgent(t), prog("checked", `[ "$1" = plan ] && { echo '{"sign":"~","summary":"do it"}'; exit 0; }
d=$(dirname "$0"); { echo x >> "$0"; } 2>/dev/null && exit 5; { echo x > "$d/new"; } 2>/dev/null && exit 6
echo "{\"note\":\"$(id -un) $(cat "$d/lib/part")\"}"`)
	keep(t, a, p)
	spec := specOf(p, `{}`, engine.Changes)
	spec.User = "nobody"
	if r := runProgram(t, a, spec); r.Outcome != engine.Done || r.Note != "nobody part" {
		t.Errorf("%+v", r)
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "tidemark-kind-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// open lets others pass through the directories above.
func open(t *testing.T, dir string) {
	t.Helper()
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o001 == 0 {
			if err := os.Chmod(dir, info.Mode().Perm()|0o011); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Programs that nobody used go; a great many go earlier, but none of the last days.
func TestProgramsArePruned(t *testing.T) {
	a := newAgent(t)
	ps := a.store.programs()
	now := time.Now()
	age := func(name string, days int) {
		dir := filepath.Join(ps.dir, name)
		at := now.Add(-time.Duration(days) * 24 * time.Hour)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
	}
	age("old", 31)
	age("used", 29)
	for i := range keptPrograms {
		age("fresh"+strconv.Itoa(i), 1)
	}
	if err := ps.prune(now); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(ps.dir)
	if len(left) != keptPrograms {
		t.Errorf("%d left, want the %d fresh ones", len(left), keptPrograms)
	}
	age("one more", 1)
	if err := ps.prune(now); err != nil {
		t.Fatal(err)
	}
	if left, _ = os.ReadDir(ps.dir); len(left) != keptPrograms+1 {
		t.Errorf("%d left: a task may still run one", len(left))
	}
}
