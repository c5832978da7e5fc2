package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/schema"
)

func TestDeclaration(t *testing.T) {
	kinds, err := engine.NewKinds(Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	if err := kinds.Schema()[0].Validate(); err != nil {
		t.Fatal(err)
	}
	book := "runbook: example\ntitle: Example\nstages:\n  - stage: one\n    on: vellum\n    steps:\n      - " +
		strings.ReplaceAll(Run().Example, "\n", "\n        ") + "\n      - {id: flush, run: [sync]}\n"
	if _, diags := schema.Load(schema.Sources{Runbook: schema.Source{Name: "example.yaml", Data: []byte(book)}}, kinds.Schema(), nil); diags.Err() != nil {
		t.Error(diags.Err())
	}
}

func TestRedo(t *testing.T) {
	for _, c := range []struct {
		args string
		want engine.Redo
	}{
		{`{"argv":["x"]}`, engine.Manual},
		{`{"argv":["x"],"creates":"/a"}`, engine.Checked},
		{`{"argv":["x"],"check":["y"]}`, engine.Checked},
		{`{"argv":["x"],"check":["y"],"redo":"idempotent"}`, engine.Idempotent},
		{`{"argv":["x"],"redo":"pure"}`, engine.Pure},
		{`{"argv":["x"],"creates":"/a","redo":"manual"}`, engine.Manual},
	} {
		if got := decode(t, c.args).Redo(); got != c.want {
			t.Errorf("%s: %s, wanted %s", c.args, got, c.want)
		}
	}
}

func TestAtMost(t *testing.T) {
	for args, want := range map[string]engine.Risk{
		`{"argv":["x"]}`: engine.Interrupts, `{"argv":["x"],"destroys":true}`: engine.Overwrites, `{"argv":["x"],"redo":"pure"}`: engine.Harmless,
	} {
		if got, _ := decode(t, args).AtMost(nil); got != want {
			t.Errorf("%s: risk %d, wanted %d", args, got, want)
		}
	}
}

// The plan over a node that has /made and /bin/x, in a dry run and on the real state.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		args, dry, real, unknown string
		risk                     engine.Risk
	}{
		{`{"argv":["x","a b"]}`, "~ run x", "~ run x", "", engine.Interrupts},
		{`{"argv":["x"],"destroys":true}`, "- run x", "- run x", "", engine.Overwrites},
		{`{"argv":["x"],"creates":"/new"}`, "~ run x", "~ run x", "", engine.Interrupts},
		{`{"argv":["x"],"creates":"/made/file/x"}`, "~ run x", "~ run x", "", engine.Interrupts},
		{`{"argv":["x"],"creates":"/made"}`, "= /made is there: nothing to run", "= /made is there: nothing to run", "", engine.Harmless},
		{`{"argv":["/none"],"creates":"/made"}`, "= /made is there: nothing to run", "= /made is there: nothing to run", "", engine.Harmless},
		{`{"argv":["x"],"check":["y","-q"]}`, "? run x", "? run x", "what the check y -q says just before it runs", engine.Interrupts},
		{`{"argv":["x"],"check":["y"],"destroys":true}`, "? run x", "? run x", "what the check y says just before it runs", engine.Overwrites},
		{`{"argv":["x"],"check":["y"],"creates":"/new"}`, "? run x", "~ run x", "what the check y says just before it runs", engine.Interrupts},
		{`{"argv":["x"],"check":["y"],"creates":"/made"}`, "= /made is there: nothing to run", "= /made is there: nothing to run", "", engine.Harmless},
		{`{"argv":["x"],"redo":"pure"}`, "? ask x, which changes nothing (redo: pure)", "? ask x, which changes nothing (redo: pure)", "", engine.Harmless},
		{`{"argv":["/bin/x"]}`, "~ run /bin/x", "~ run /bin/x", "", engine.Interrupts},
		{`{"argv":["/bin/none"]}`, "~ run /bin/none", "precondition: /bin/none is not on this node", "/bin/none is not on this node now; whether an earlier step brings it", engine.Interrupts},
		{`{"argv":["x"],"check":["/bin/none"]}`, "? run x", "precondition: /bin/none is not on this node", "what the check /bin/none says just before it runs|/bin/none is not on this node now; whether an earlier step brings it", engine.Interrupts},
		{`{"argv":["x"],"dir":"/none"}`, "~ run x", "precondition: /none is not on this node", "/none is not on this node now; whether an earlier step brings it", engine.Interrupts},
	} {
		g := &enginetest.Ground{Dir: t.TempDir()}
		touch(t, g, "/made/file")
		touch(t, g, "/bin/x")
		r := decode(t, c.args)
		dry, err := r.Plan(t.Context(), view(t, g, false))
		if got := told(dry, err); got != c.dry || strings.Join(dry.Unknown, "|") != c.unknown || dry.Risk != c.risk {
			t.Errorf("%s: dry run %s (risk %d, unknown %q)", c.args, got, dry.Risk, dry.Unknown)
		}
		real, err := r.Plan(t.Context(), view(t, g, true))
		if got := told(real, err); got != c.real {
			t.Errorf("%s: really %s, wanted %s", c.args, got, c.real)
		}
		if err == nil && engine.Compare(dry, real, nil) != nil {
			t.Errorf("%s: what was approved is refused: %v", c.args, engine.Compare(dry, real, nil))
		}
		if real.Sign != engine.Same && !slices.Equal(real.Argv, r.Argv) {
			t.Errorf("%s: argv %q", c.args, real.Argv)
		}
		if len(g.Calls()) > 0 {
			t.Errorf("%s: a plan ran %q", c.args, g.Calls())
		}
	}
}

func touch(t *testing.T, g engine.Ground, p string) {
	t.Helper()
	p = filepath.Join(g.Root(), p)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func told(c engine.Change, err error) string {
	if err != nil {
		return string(engine.ClassOf(err)) + ": " + err.Error()
	}
	return string(c.Sign) + " " + c.Summary
}

// Secrets may stand in env and stdin against all advice: the plan shows neither.
func TestPlanShowsNoContents(t *testing.T) {
	g := &enginetest.Ground{Dir: t.TempDir()}
	c, err := decode(t, `{"argv":["x"],"env":{"B":"hush","A":"hush"},"stdin":"hush!"}`).Plan(t.Context(), view(t, g, false))
	if want := []string{"environment: A, B", "standard input: 5 bytes"}; err != nil || !slices.Equal(c.Details, want) {
		t.Errorf("got %q, %v", c.Details, err)
	}
}

// Earlier steps of a dry run answer before the disk.
func TestPlanPromises(t *testing.T) {
	b := enginetest.NewBench(t)
	touch(t, b.Ground, "/old")
	b.Facts.Add([]engine.Fact{{Key: "path./old", Value: "absent"}})
	for _, want := range []engine.Sign{engine.Changes, engine.Same} { // the first run promises what the second finds
		for _, p := range []string{"/old", "/new"} {
			if c, err := b.Plan(Run(), &run{Argv: []string{"x"}, Creates: p}); err != nil || c.Sign != want {
				t.Errorf("%s: got %q, %v, wanted %q", p, c.Sign, err, want)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	long := strings.Repeat("x", maxArg+1)
	for _, c := range []struct{ args, message string }{
		{`{"argv":[]}`, "argv needs at least the program's name"},
		{`{"argv":[""]}`, "argv needs at least the program's name"},
		{`{"argv":["bin/x"]}`, `argv: the program "bin/x": write its absolute path, or its name alone`},
		{`{"argv":["x -q now"]}`, `argv: "x -q now" is no program: program and arguments are separate words: [x, -q, now]`},
		{`{"argv":["x $HOME"]}`, `argv: "x $HOME" is no program, and no shell reads it: program and arguments are separate words: [echo, hello]; a shell line is [sh, -c, '…']; a variable is set by env:`},
		{`{"argv":["A=1","x"]}`, `argv: "A=1" is no program: the variable stands beside argv: {argv: [PROGRAM], env: {A: "1"}}`},
		{`{"argv":["x"],"check":["y z"]}`, `check: "y z" is no program: program and arguments are separate words: [y, z]`},
		{`{"argv":["x","a\u0000b"]}`, "argv: argument 1 holds a NUL byte: no program can be given one"},
		{`{"argv":["x","` + long + `"]}`, "argv: argument 1 has 131072 bytes, the system takes 131071: hand it over by stdin or a file"},
		{`{"argv":["x"],"check":[]}`, "check needs at least the program's name"},
		{`{"argv":["x"],"check":["y\u0000"]}`, "check: argument 0 holds a NUL byte: no program can be given one"},
		{`{"argv":["x"],"env":{"A=B":"1"}}`, `env: "A=B" is no name of a variable`},
		{`{"argv":["x"],"env":{"":"1"}}`, `env: "" is no name of a variable`},
		{`{"argv":["x"],"env":{"A":"1\u0000"}}`, "env: the value of A holds a NUL byte"},
		{`{"argv":["x"],"dir":"tmp"}`, "dir tmp is relative: write it from the root, like /var/lib/…"},
		{`{"argv":["x"],"creates":"/a/../b"}`, "creates /a/../b goes up (..): write the path it leads to"},
		{`{"argv":["x"],"redo":"maybe"}`, `redo "maybe" is not pure, idempotent, checked or manual`},
		{`{"argv":["x"],"redo":"checked"}`, "redo: checked needs something to look at: creates or check"},
		{`{"argv":["x"],"env":{"A":"` + long + `"}}`, "env: A has 131072 bytes, the system takes 131071"},
		{`{"argv":["x"],"redo":"pure","destroys":true}`, "redo: pure says that the command changes nothing; creates, check, destroys and daemon say otherwise"},
		{`{"argv":["x"],"redo":"pure","daemon":true}`, "redo: pure says that the command changes nothing; creates, check, destroys and daemon say otherwise"},
		{`{"argv":["x"],"redo":"pure","creates":"/a"}`, "redo: pure says that the command changes nothing; creates, check, destroys and daemon say otherwise"},
		{`{"argv":["x"],"ok":[-1]}`, "ok: -1 is no exit status (0 to 255)"},
		{`{"argv":["x"],"ok":[0,256]}`, "ok: 256 is no exit status (0 to 255)"},
		{`{"argv":["x"],"output":1048577}`, "output 1048577B: at most 1MiB is kept; let the program write more to a file"},
	} {
		g := &enginetest.Ground{Dir: t.TempDir()}
		r := decode(t, c.args)
		_, err := engine.PlanStep(t.Context(), r, view(t, g, false))
		if got := told(engine.Change{}, err); got != "precondition: "+c.message {
			t.Errorf("%.80s: got %s", c.args, got)
		}
		if len(g.Calls()) > 0 {
			t.Errorf("ran %q", g.Calls())
		}
	}
}

// Nobody is sent to the log of a command that printed nothing.
func TestTheNextOfAFailure(t *testing.T) {
	for script, want := range map[string]string{
		"echo boom >&2; exit 7": "read the task's log, then correct the cause",
		"exit 7":                "it printed nothing; find out why it ends so, then correct the cause",
	} {
		_, _, err := (&local{}).apply(t, &run{Argv: []string{"sh", "-c", script}})
		if next := engine.NextOf(err); next != want {
			t.Errorf("%s: next: %s", script, next)
		}
	}
}

func TestApply(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, want string
		run        run
		exit       int
		calls      int
	}{
		{"ok", `{true 0 out err false}`, run{Argv: []string{"sh", "-c", "printf out; printf err >&2"}}, 0, 1},
		{"other status accepted", `{true 3   false}`, run{Argv: []string{"sh", "-c", "exit 3"}, OK: []int{0, 3}}, 0, 1},
		{"zero not accepted", "exit: true: exit 0", run{Argv: []string{"true"}, OK: []int{3}}, 0, 1},
		{"failed", "exit: sh: exit 7: boom", run{Argv: []string{"sh", "-c", "echo boom >&2; exit 7"}}, 7, 1},
		{"failed on stdout", "exit: sh: exit 1: nodetool: bad", run{Argv: []string{"sh", "-c", "echo nodetool: bad; exit 1"}}, 1, 1},
		{"last lines", "exit: sh: exit 1:\n  3\n  4\n  5\n  6\n  \uFFFD[2J\uFFFD", run{Argv: []string{"sh", "-c", `printf '1\n2\n3\n4\n5\r\n6\n\033[2J\377\n' >&2; exit 1`}}, 1, 1},
		{"pure", `{true 0 x  false}`, run{Argv: []string{"printf", "x"}, Rule: "pure"}, 0, 1},
		{"check says done", `{false 0   false}`, run{Argv: []string{"false"}, Test: []string{"true"}}, 0, 1},
		{"check says not", `{true 0 x  false}`, run{Argv: []string{"printf", "x"}, Test: []string{"false"}}, 0, 2},
		{"check cannot run", "io: the check before the command: exec: \"no-such-program\": executable file not found in $PATH; the command did not run", run{Argv: []string{"true"}, Test: []string{"no-such-program"}}, 0, 1},
		{"creates made", `{true 0   false}`, run{Argv: []string{"touch", dir + "/new"}, Creates: dir + "/new"}, 0, 1},
		{"creates there", "<nil>", run{Argv: []string{"false"}, Creates: dir + "/new"}, 0, 0},
		{"creates not made", "precondition: true ended well, but " + dir + "/no (creates) is not there", run{Argv: []string{"true"}, Creates: dir + "/no"}, 0, 1},
		{"directory", "{true 0 " + dir + "  false}", run{Argv: []string{"sh", "-c", `printf %s "$PWD"`}, Dir: dir}, 0, 1},
		{"stdin", "{true 0 typed  false}", run{Argv: []string{"cat"}, Stdin: schema.SealText("typed")}, 0, 1},
		{"no stdin", "{true 0   false}", run{Argv: []string{"cat"}}, 0, 1},
		{"cut", "{true 0 1234  true}", run{Argv: []string{"printf", "123456"}, Output: 4}, 0, 1},
		{"cut of errors", "{true 0  1234 true}", run{Argv: []string{"sh", "-c", "printf 123456 >&2"}, Output: 4}, 0, 1},
		{"cut in a character", "{true 0 12  true}", run{Argv: []string{"printf", "12𝄞6"}, Output: 4}, 0, 1},
		{"not UTF-8", "{true 0 a\uFFFDb  false}", run{Argv: []string{"printf", `a\377b`}}, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &local{}
			_, out, err := l.apply(t, &c.run)
			got := "<nil>"
			if v, ok := out.Value.(RunOut); ok {
				got = fmt.Sprint(v)
			}
			if err != nil {
				got = told(engine.Change{}, err)
			}
			if got != c.want || engine.ExitOf(err) != c.exit || len(l.calls) != c.calls {
				t.Errorf("got %s (exit %d, calls %q)\nwanted %s", got, engine.ExitOf(err), l.calls, c.want)
			}
		})
	}
}

// Whatever became of a check, the command did not run: nobody is asked how far it came.
func TestAnUnsureCheckIsAKnownFailure(t *testing.T) {
	g := &enginetest.Ground{Dir: t.TempDir(), OnExec: func([]string) (engine.Result, error) {
		return engine.Result{}, engine.Unsure(engine.Failf(engine.ClassIO, "killed"))
	}}
	r := &run{Argv: []string{"x"}, Test: []string{"y"}}
	_, err := r.Apply(t.Context(), engine.NewHost(view(t, g, true), enginetest.Marks{}), engine.Change{})
	if err == nil || errors.Is(err, engine.ErrUnsure) || engine.ClassOf(err) != engine.ClassIO || len(g.Calls()) != 1 {
		t.Errorf("%v (class %s), ran %q", err, engine.ClassOf(err), g.Calls())
	}
}

// What a command printed stands in the log of its task, also where it failed.
func TestTheOutputIsLogged(t *testing.T) {
	var log strings.Builder
	v := view(t, &local{}, true)
	v.Log = func(format string, args ...any) { fmt.Fprintf(&log, format+"\n", args...) }
	r := &run{Argv: []string{"sh", "-c", "echo one; echo two >&2; exit 1"}, Test: []string{"sh", "-c", "echo why >&2; exit 4"}}
	if _, err := r.Apply(t.Context(), engine.NewHost(v, enginetest.Marks{}), engine.Change{}); engine.ClassOf(err) != engine.ClassExit {
		t.Error(err)
	}
	if want := "check sh -c \"echo why >&2; exit 4\": exit 4: why\nstdout of sh:\none\n\nstderr of sh:\ntwo\n\n"; log.String() != want {
		t.Errorf("the log has %q", log.String())
	}
}

// The step's timeout ends the command, and the error says so.
func TestTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := &run{Argv: []string{"sleep", "30"}}
	began := time.Now()
	_, err := r.Apply(ctx, engine.NewHost(view(t, &local{}, true), enginetest.Marks{}), engine.Change{})
	if engine.ClassOf(err) != engine.ClassTimeout || time.Since(began) > 10*time.Second {
		t.Errorf("got %v after %s", err, time.Since(began))
	}
}
