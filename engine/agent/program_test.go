package agent

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
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
