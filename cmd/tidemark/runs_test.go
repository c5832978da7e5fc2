package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/enginetest"
	"tidemark/engine/journal"
	"tidemark/engine/link"
)

const testSite = `site: lab
nodes:
  one: {connection: local, groups: [vellum]}
  two: {connection: local, groups: [vellum]}
`

// testRunbook fails in its second stage when `least` backups are not there.
const testRunbook = `runbook: story
title: Looks at backups
inputs:
  dir: {type: string, required: true}
  least: {type: int, default: 0}
stages:
  - stage: first
    on: vellum
    steps:
      - {id: list, list-backups: {dir: "${{ inputs.dir }}"}}
  - stage: second
    on: vellum
    steps:
      - {id: enough, assert: {that: 'len(steps.list.out.backups) >= inputs.least', message: too few backups}}
`

// house is a controller with two nodes whose agents live in this process; their tasks are processes of their own.
type house struct {
	t       *testing.T
	dir     string
	state   string
	out     bytes.Buffer
	err     bytes.Buffer
	stdout  io.Writer // where answers go, nil is out
	refused map[string]error
	build   func() (string, error)
	swaps   map[string][]string         // the runs whose restore is half-way, by node
	full    string                      // the node whose state has no room
	obeys   map[string]engine.Cancelled // what a cancel does to a task; nil asks the agents
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir(), build: buildOnce(), refused: map[string]error{}, swaps: map[string][]string{}}
	h.state = filepath.Join(h.dir, "state")
	h.write("site.yaml", testSite)
	h.write("story.yaml", testRunbook)
	return h
}

func (h *house) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// dial opens an agent on a node's state, the controller's own where the session says; the dry run is unfenced, which the
// agent's own tests cover.
func (h *house) dial(target link.Target, o link.Options) engine.Node {
	if err := h.refused[target.Name]; err != nil {
		return unreachable{err: err}
	}
	kinds, err := allKinds()
	if err != nil {
		h.t.Fatal(err)
	}
	ground := &enginetest.Ground{Dir: filepath.Join(h.dir, "root", target.Name)}
	dir := filepath.Join(h.dir, "node", target.Name)
	if target.Name == engine.ControllerNode {
		dir = target.StateDir
	}
	a, err := agent.New(agent.Options{
		Dir: dir, Node: target.Name, Build: o.Build,
		Swaps: func() ([]string, error) { return h.swaps[target.Name], nil },
		PlanWith: func(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
			return agent.PlanTasks(ctx, kinds, ground, dir, r), nil
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if h.obeys != nil {
		return cancelled{a, h.obeys}
	}
	if target.Name == h.full {
		return roomless{a}
	}
	return a
}

// roomless is a node whose disk is full.
type roomless struct{ engine.Node }

func (roomless) Lock(context.Context, engine.LockRequest) error {
	return engine.WithNext(engine.Failf(engine.ClassSpace, "node state /var/lib/tidemark/node: %w", unix.ENOSPC), "free space on that file system")
}

// unreachable is a node that nobody can log in to.
type unreachable struct {
	engine.Node
	err error
}

func (u unreachable) State(context.Context, string) (engine.NodeState, error) {
	return engine.NodeState{}, u.err
}

func (u unreachable) Plan(context.Context, engine.PlanRequest) (engine.PlanReply, error) {
	return engine.PlanReply{}, u.err
}

func (u unreachable) Close() error { return nil }

// do runs tidemark with args and gives the exit code; h.out and h.err hold what it wrote.
func (h *house) do(args ...string) int {
	h.t.Helper()
	h.out.Reset()
	h.err.Reset()
	a := &app{stdin: strings.NewReader(""), stdout: cmp.Or[io.Writer](h.stdout, &h.out), stderr: &h.err, build: h.build, dial: h.dial}
	code := a.execute(h.t.Context(), append([]string{"--site", filepath.Join(h.dir, "site.yaml"), "--state", h.state}, args...))
	h.t.Logf("tidemark %s: %d\n%s%s", strings.Join(args, " "), code, h.out.String(), h.err.String())
	return code
}

func (h *house) run(args ...string) int {
	h.t.Helper()
	return h.do(append([]string{"run", filepath.Join(h.dir, "story.yaml"), "--input", "dir=" + h.dir + "/none"}, args...)...)
}

// wants checks the exit code and that the output holds each text.
func (h *house) wants(code, want int, texts ...string) {
	h.t.Helper()
	if code != want {
		h.t.Fatalf("exit code %d, want %d", code, want)
	}
	for _, text := range texts {
		if !strings.Contains(h.out.String()+h.err.String(), text) {
			h.t.Errorf("the output lacks %q", text)
		}
	}
}

func (h *house) onlyRun() string {
	h.t.Helper()
	all, err := journal.List(h.state)
	if err != nil || len(all) != 1 {
		h.t.Fatalf("%v, %d runs", err, len(all))
	}
	return all[0].Run
}

func TestARunThatIsDone(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run(), 0, "second/enough@two", "closed: done", "story on lab: done", "@one, two")
	id := h.onlyRun()
	h.wants(h.do("runs"), 0, "closed: done", "4/4", id[:4]+"-"+id[4:6]+"-"+id[6:8]+" ", holder().User+"@"+holder().Host)
	h.wants(h.do("resume"), exitUsage, "no run is open")
	h.wants(h.do("resume", h.onlyRun()), exitUsage, "is closed: done")
	h.wants(h.do("nodes"), 0, "free", "Only the agents were asked")
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--yes=elsewhere"), exitUsage, "takes no --yes")
}

func TestARunThatFails(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed, "failed: enough: too few backups", "@one, two",
		"still locked: one, two", "no service was stopped", "resume "+h.onlyRun(), "log:")
	if n := strings.Count(h.err.String(), "failed: enough"); n != 1 {
		t.Errorf("the cause is told %d times", n)
	}
	h.wants(h.do("status"), 0, "first            passed", "2 failed")
	h.wants(h.do("nodes"), 0, "locked by "+h.onlyRun())
	h.wants(h.run(), exitLocked, "is open and holds one, two", "resume "+h.onlyRun())
	h.wants(h.do("resume"), exitFailed, "done, kept", "failed, repeated                   2 tasks\n      second/enough  @one, two\n")
	h.wants(h.do("logs"), 0, "failed  second/enough@one")
	h.wants(h.do("logs", "second/enough@one", "--attempt", "3"), exitUsage, "there is no attempt 3 of task second/enough@one; it had 2")
	h.wants(h.do("logs", "second/enough@one", "--attempt", "-1"), exitUsage, "there is no attempt -1")
	h.wants(h.do("logs", "second/enough@one", "--attempt", "1"), 0)
	h.wants(h.do("logs", "second/enough@oen"), exitUsage, "did you mean second/enough@one")
	h.wants(h.do("abandon", h.onlyRun(), "--yes"), 0, "closed: abandoned")
	h.wants(h.run(), 0)
}

func TestOnlyHalfOfTheNodesFail(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", strings.Replace(testRunbook, ">= inputs.least", `>= inputs.least || node.name == "two"`, 1))
	h.wants(h.run("--input", "least=1", "-o", "json"), exitPartly)
	var rep struct {
		Result string
		Open   bool
		Tasks  []struct{ Task, Outcome string }
		Next   string
	}
	if err := json.Unmarshal(h.out.Bytes(), &rep); err != nil {
		t.Fatal(err)
	}
	if rep.Result != "failed" || !rep.Open || len(rep.Tasks) != 4 || !strings.Contains(rep.Next, "resume") {
		t.Errorf("%+v", rep)
	}
}

func TestASecondController(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	run, first := h.onlyRun(), h.state
	h.state = filepath.Join(h.dir, "other")
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+h.dir+"/none"), exitDone, "held now: one: locked by run "+run)
	h.wants(h.run(), exitLocked, "locked by run "+run, "  @one\n", "resume --adopt one "+run)
	h.wants(h.do("unlock", "one"), exitUsage, "else: whoever holds it goes on with it; or from here: "+h.command("resume --adopt one "+run))
	if strings.Contains(h.err.String(), "abandon") {
		t.Error("abandon needs a record, and there is none here")
	}
	h.wants(h.do("resume", "--adopt", "one"), exitFailed, "adopting run "+run+" (story) from one, two")
	rec, err := journal.Read(journal.Dir(h.state, run))
	if err != nil {
		t.Fatal(err)
	}
	if s := engine.Fold(rec.Events); !s.Barriers["first"] || s.Tasks["second/enough@one"].Outcome != engine.Failed {
		t.Errorf("adopted as %+v", s)
	}
	h.wants(h.do("resume", "--adopt", "one"), exitUsage, "needs no adoption")
	h.state = first
	h.wants(h.do("resume"), exitRefused, "another controller took run "+run+" over", "resume --adopt one "+run)
	h.wants(h.do("resume", "--adopt", "one", run), exitFailed, "the overtaken record was kept")
}

func TestAnEditedJournalIsAdopted(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	run := h.onlyRun()
	path := filepath.Join(journal.Dir(h.state, run), "journal.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(data, []byte("done"), []byte("Done"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	h.wants(h.do("resume", run), exitRefused, "was edited", h.command("resume --adopt one,two ")+run)
	h.wants(h.do("resume", "--adopt", "one,two", run), exitFailed, "unreadable record was kept")
}

func TestNodesThatCannotBeReached(t *testing.T) {
	h := newHouse(t)
	for _, n := range []string{"one", "two"} {
		h.refused[n] = engine.WithNext(engine.Failf(engine.ClassHostKey, "%s: host key changed", n), "compare it")
	}
	h.wants(h.run(), exitLogin, "host key changed  @one, two", "next: compare it")
	h.wants(h.do("nodes"), exitLogin, "host key refused")
	h.refused["one"] = engine.Failf(engine.ClassConnect, "no route to host")
	h.wants(h.run(), exitRefused)
	if left, err := os.ReadDir(filepath.Join(h.state, "runs")); err != nil || len(left) > 0 {
		t.Errorf("a run that was refused left %v (%v)", left, err)
	}
}

func TestPlanChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+h.dir+"/none", "--detailed-exitcode"), exitPending, "? enough", "@one, two", "digest")
	h.wants(h.do("runs"), 0, "no runs")
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+h.dir+"/none", "--limit", "tow"), exitUsage, "did you mean two?")
	h.wants(h.do("plan", filepath.Join(h.dir, "story.yaml"), "--input", "dir="+h.dir+"/none", "-o", "json", "--limit", "two"), 0)
	var p engine.Plan
	if err := json.Unmarshal(h.out.Bytes(), &p); err != nil || !slices.Equal(p.Nodes, []string{"two"}) {
		t.Errorf("%v %v", err, p.Nodes)
	}
}

func TestAQuestionNeedsAnAnswer(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", "runbook: asks\ntitle: Asks\nstages:\n  - stage: ask\n    on: controller\n    steps:\n"+
		"      - {id: sure, confirm: Is Ellis stopped on every site}\n  - stage: look\n    on: vellum\n    steps:\n      - {id: list, list-backups: {}}\n")
	file := filepath.Join(h.dir, "story.yaml")
	h.wants(h.do("run", file), exitFailed, "nobody is there to answer: Is Ellis stopped on every site", "answer with --yes")
	h.wants(h.do("resume", "--yes"), 0, "Is Ellis stopped on every site yes (--yes)", "closed: done")
}

// killed leaves a run that holds both nodes and did these things, as a controller that was killed does.
func (h *house) killed(run, onFailure string, did ...engine.Event) {
	h.t.Helper()
	nodes := []string{"one", "two"}
	p := &engine.Plan{
		Run: run, Runbook: "story", Site: "lab", SiteFile: engine.File{Name: filepath.Join(h.dir, "site.yaml"), Text: testSite},
		OnFailure: onFailure, Nodes: nodes, Stages: []*engine.PlannedStage{{ID: "first", Nodes: nodes}},
	}
	for _, e := range did {
		p.Stages[0].Tasks = append(p.Stages[0].Tasks, &engine.Task{ID: e.Task, Stage: "first", Node: e.Node, Kind: e.Kind})
	}
	for _, n := range nodes {
		r := engine.LockRequest{LockRecord: engine.LockRecord{Run: run, Runbook: "story", Epoch: 1}, Plan: []byte("{}")}
		if err := h.dial(link.Target{Name: n}, link.Options{}).Lock(h.t.Context(), r); err != nil {
			h.t.Fatal(err)
		}
	}
	j, err := journal.Create(journal.Dir(h.state, run), p)
	if err != nil {
		h.t.Fatal(err)
	}
	defer j.Close()
	for _, e := range append([]engine.Event{{Type: engine.EventLocked, Epoch: 1}, {Type: engine.EventVerified}}, did...) {
		if err := j.Append(&e); err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestTheNextStartClosesAKilledRunThatMayClose(t *testing.T) {
	const run = "20261122T010203Z-k7"
	h := newHouse(t)
	h.killed(run, engine.CloseFailed)
	h.wants(h.run(), 0, "closed: done")
	rec, err := journal.Read(journal.Dir(h.state, run))
	if err != nil {
		t.Fatal(err)
	}
	if s := engine.Fold(rec.Events); s.Closed != "failed" {
		t.Errorf("the killed run is %q", s.Closed)
	}
}

func TestAKilledRunThatHoldsIsNeverReplaced(t *testing.T) {
	const run = "20261122T010203Z-k7"
	h := newHouse(t)
	h.killed(run, engine.HoldOpen)
	h.wants(h.run(), exitLocked, "run "+run+" (story) is open and holds one, two", "resume "+run)
}

// Unknown is an outcome that only a person can tell; a task without an end is asked for, and is no such thing.
func TestRunsCountUnknownOutcomes(t *testing.T) {
	h := newHouse(t)
	begin := engine.Event{Type: engine.EventBegin, Task: "first/list@one", Node: "one", Kind: "list-backups", Attempt: 1}
	h.killed(openRun, engine.HoldOpen, begin)
	h.wants(h.do("runs", "-o", "json"), 0, `"unknown": 0`)
	h.wants(h.do("status"), 0, "begun, no outcome yet: list")
	h.wants(h.do("abandon", openRun, "--yes"), 0, "1 begun", "begun, no outcome yet: list")
	h.wants(h.do("status", openRun), 0, "begun, and nobody asked how it ended: list")
}
