package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
)

// command is what a message must name, so that it reaches this house.
func (h *house) command(words string) string {
	return "tidemark --site " + filepath.Join(h.dir, "site.yaml") + " --state " + h.state + " " + words
}

// What an agent, a kind or a runbook says to do next reaches the site and the runs of this controller.
func TestCommandsInTextsReachTheSameRuns(t *testing.T) {
	a := &app{site: "/etc/my site.yaml", state: "/s"}
	const flags = "tidemark --site '/etc/my site.yaml' --state /s "
	for text, want := range map[string]string{
		"wait for it, or: tidemark cancel R; then again":                  "wait for it, or: " + flags + "cancel R; then again",
		"keep it: tidemark run x --input run=R; or: tidemark resume R":    "keep it: " + flags + "run x --input run=R; or: " + flags + "resume R",
		a.command("resume", "R"):                                          flags + "resume R",
		"the rule is explained by: tidemark explain TM0104":               "the rule is explained by: tidemark explain TM0104",
		"the machine tidemark runs on; tidemark running; /x/tidemark.run": "the machine tidemark runs on; tidemark running; /x/tidemark.run",
		"": "",
	} {
		if got := a.reaching(text); got != want {
			t.Errorf("%q\nbecame %q\nwant   %q", text, got, want)
		}
		if got := (&app{}).reaching(text); got != text {
			t.Errorf("without flags %q became %q", text, got)
		}
	}
	err := a.reachable(errors.Join(engine.WithNext(engine.Failf(engine.ClassSpace, "full"), "tidemark resume R"), errors.New("plain")))
	if first := strings.Split(err.Error(), "\n"); len(first) != 2 || engine.NextOf(err.(interface{ Unwrap() []error }).Unwrap()[0]) != flags+"resume R" {
		t.Errorf("%v", err)
	}
}

// A command that asks the node which is this machine takes it so again; the record of a run knows it by itself.
func TestCommandsReachThisMachine(t *testing.T) {
	a := &app{agentDir: "/b", local: true, limit: []string{"n1"}}
	for text, want := range map[string]string{
		a.command("resume", "R"):                 "tidemark --agent-dir /b resume R",
		a.command("resume", "--adopt", "n1"):     "tidemark --agent-dir /b resume --local --adopt n1",
		a.command("unlock", "n1"):                "tidemark --agent-dir /b unlock --local n1",
		a.command("run", "x --limit n1"):         "tidemark --agent-dir /b run --local x --limit n1",
		a.command("nodes"):                       "tidemark --agent-dir /b nodes --limit n1 --local",
		a.reaching("tidemark resume --adopt n1"): "tidemark --agent-dir /b resume --local --adopt n1",
		a.reaching("tidemark resume R"):          "tidemark --agent-dir /b resume R",
	} {
		if text != want {
			t.Errorf("%q\nwant %q", text, want)
		}
	}
	if got := (&app{site: "s.yaml", runbooks: "my books"}).reaching("tidemark list"); got != "tidemark --site s.yaml list --runbooks 'my books'" {
		t.Error(got)
	}
	b := &app{local: true, limit: []string{"n1"}, runbooks: "own"} // nothing before the verb tells that a command is made
	for _, text := range []string{b.command("run", "x"), b.command("unlock", "n1"), b.command("list"), b.command("resume", "--adopt", "n1")} {
		if got := b.reaching(text); got != text {
			t.Errorf("%q\nwant %q", got, text)
		}
	}
	p := &engine.Plan{Run: "R", Nodes: []string{"n1"}, Local: "n1", Asked: []string{"x", "--limit", "n1"}}
	for text, want := range map[string]string{
		(&app{}).again("run", p):                     "tidemark run --local x --limit n1",
		(&app{}).undoOf(p, p.Run):                    "tidemark run --limit n1 --local undo-restore-vellum --input run=R",
		(&app{}).onward(p, engine.NewState(), false): "tidemark resume R",
	} {
		if text != want {
			t.Errorf("%q\nwant %q", text, want)
		}
	}
}

// The same holds wherever what to do next about a task is told: at the end of the run, and in its status.
func TestWhatATaskSaysToDoNextReachesTheSameRuns(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", strings.Replace(testRunbook, "title:", "afterwards: [\"look: tidemark backups; ${{ run.id }}\"]\ntitle:", 1))
	h.wants(h.run(), 0, "look: "+h.command("backups"))
	a := &app{site: "s.yaml"}
	s := &engine.State{Tasks: map[string]*engine.TaskRecord{"s/x@n": {Next: "tidemark resume R"}}}
	if a.nextReaching(s, false); s.Tasks["s/x@n"].Next != "tidemark --site s.yaml resume R" {
		t.Errorf("next is %q", s.Tasks["s/x@n"].Next)
	}
	for closed, want := range map[bool]string{true: "look", false: "look; if it was done:\n  tidemark --site s.yaml resume --as done s/x@n R\nif it was not:\n  tidemark --site s.yaml resume --as not-done s/x@n R"} {
		s := &engine.State{Run: "R", Tasks: map[string]*engine.TaskRecord{"s/x@n": {Next: "look", Manual: true}}}
		if a.nextReaching(s, closed); s.Tasks["s/x@n"].Next != want {
			t.Errorf("closed %v: next is %q", closed, s.Tasks["s/x@n"].Next)
		}
	}
}
