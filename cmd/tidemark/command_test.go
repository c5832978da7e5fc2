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
	for closed, want := range map[bool]string{true: "look", false: "look; then: tidemark --site s.yaml resume --as done|not-done s/x@n R"} {
		s := &engine.State{Run: "R", Tasks: map[string]*engine.TaskRecord{"s/x@n": {Next: "look", Manual: true}}}
		if a.nextReaching(s, closed); s.Tasks["s/x@n"].Next != want {
			t.Errorf("closed %v: next is %q", closed, s.Tasks["s/x@n"].Next)
		}
	}
}
