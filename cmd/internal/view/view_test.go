package view

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with testdata/NAME.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

// restore is a small plan over three nodes with one of everything.
func restore() *engine.Plan {
	p := &engine.Plan{
		Run: "20261122T010203Z-k7", Runbook: "restore-vellum", Title: "Restore (will impact service)", Site: "lab",
		Inputs: map[string]any{"backup": "20261121T000000Z-aa", "keyspaces": []any{"homer", "memento"}},
		Nodes:  []string{"vellum-1", "vellum-2", "vellum-3"},
		Fence:  map[string][]string{}, Open: map[string][]string{}, Probes: map[string][]string{},
	}
	stop := &engine.PlannedStage{ID: "stop", Nodes: p.Nodes}
	swap := &engine.PlannedStage{ID: "restore", Nodes: p.Nodes}
	last := &engine.PlannedStage{ID: engine.FinallyStage, Nodes: p.Nodes}
	p.Afterwards = []string{"Keep it: tidemark run release-restore-vellum --input run=" + p.Run}
	for i, n := range p.Nodes {
		p.Fence[n], p.Open[n] = []string{"read-only mounts", "landlock"}, []string{"network connections are possible"}
		p.Probes[n] = []string{"nodetool netstats", fmt.Sprintf("connect 10.77.0.%d:9042", 12+i)}
		stop.Tasks = append(stop.Tasks,
			task("stop", "drain", "", n, "nodetool", engine.Change{Sign: engine.Changes, Summary: "drain", Argv: []string{"nodetool", "drain"}, Risk: engine.Interrupts, Seconds: 3}),
			task("stop", "stopped", "", n, "wait-monit", engine.Change{Sign: engine.NotKnown, Later: engine.InRun, Summary: "wait until cassandra_process is stopped"}),
			task("stop", "unarm", "poll's", n, "monit", engine.Change{Sign: engine.Same, Summary: "not watched already"}))
		swap.Tasks = append(swap.Tasks, task("restore", "restore", "homer", n, "restore-keyspace", engine.Change{
			Sign: engine.Destroys, Summary: "exchange 2 tables", Bytes: 12_700_000 + int64(i/2), Risk: engine.Overwrites,
			Details: []string{"homer.simservs: 3 files"}, Unknown: []string{"how long Cassandra takes to start"},
		}))
		if i == 0 {
			swap.Tasks = append(swap.Tasks, task("restore", "size", "", n, "save-snapshot", engine.Change{
				Sign: engine.NotKnown, Later: engine.AfterSteps, Summary: "save", Unknown: []string{"the size of the tables before Cassandra is started"},
			}))
		}
		skipped := task(engine.FinallyStage, "rearm", "", n, "monit", engine.Change{})
		skipped.Skip = "when: false"
		last.Tasks = append(last.Tasks, skipped)
	}
	swap.Tasks[3].Change.Summary = "exchange 3 tables"
	p.Stages = []*engine.PlannedStage{stop, swap, last}
	return p
}

func task(stage, step, key, node, kind string, c engine.Change) *engine.Task {
	return &engine.Task{ID: engine.TaskID(stage, (&engine.Task{Step: step, Key: key}).Name(), node), Stage: stage, Step: step, Key: key, Node: node, Kind: kind, Change: c}
}

func TestPlan(t *testing.T) {
	for _, short := range []bool{false, true} {
		var b bytes.Buffer
		Plan(&b, restore(), Style{}, short)
		golden(t, fmt.Sprintf("plan-short-%v", short), b.String())
	}
}

// story is a run of the plan in which one node fails.
func story() []engine.Event {
	at := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	events := []engine.Event{
		{Type: engine.EventCreated, Run: "20261122T010203Z-k7", Message: "restore-vellum"},
		{Type: engine.EventLocked, Epoch: 4, Message: "vellum-1, vellum-2, vellum-3"},
		{Type: engine.EventVerified},
		{Type: engine.EventStage, Stage: "stop"},
	}
	for _, n := range []string{"vellum-1", "vellum-2", "vellum-3"} {
		id := "stop/drain@" + n
		events = append(events,
			engine.Event{Type: engine.EventBegin, Task: id, Node: n, Attempt: 1},
			engine.Event{Type: engine.EventProgress, Task: id, Node: n, Done: 1, Total: 2},
			engine.Event{
				Type: engine.EventEnd, Task: id, Node: n, Attempt: 1, Outcome: engine.Done, Changed: true, Seconds: 3.21,
				Will: []engine.Fact{{Key: "cassandra.running", Value: "false"}, {Key: "monit.poll", Value: "unmonitored"}},
			})
	}
	events = append(events,
		engine.Event{Type: engine.EventBarrier, Stage: "stop"},
		engine.Event{Type: engine.EventStage, Stage: "restore"},
		engine.Event{Type: engine.EventBegin, Task: "restore/restore[homer]@vellum-1", Node: "vellum-1", Attempt: 1},
		engine.Event{Type: engine.EventRetry, Task: "restore/restore[homer]@vellum-1", Node: "vellum-1", Attempt: 1, Class: engine.ClassIO, Message: "read error", Seconds: 2},
		engine.Event{Type: engine.EventBegin, Task: "restore/restore[homer]@vellum-1", Node: "vellum-1", Attempt: 2},
		engine.Event{Type: engine.EventLost, Node: "vellum-2", Class: engine.ClassConnect, Message: "no answer for 15s"},
		engine.Event{Type: engine.EventBack, Node: "vellum-2"})
	for i, n := range []string{"vellum-1", "vellum-3"} {
		events = append(events, engine.Event{
			Type: engine.EventEnd, Task: "restore/restore[homer]@" + n, Node: n, Attempt: 2 - i, Outcome: engine.Failed,
			Class: engine.ClassSpace, Message: n + ": no space left\x1b[2J in /var", Next: "free 2 GiB",
		})
	}
	for i := range events {
		events[i].Time = at.Add(time.Duration(i) * time.Second)
	}
	return events
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	l := NewLines(&b, Style{})
	for _, e := range story() {
		l.Event(e)
	}
	golden(t, "lines", b.String())
}

func TestReport(t *testing.T) {
	p, s, tr := restore(), engine.Fold(story()), NewTracker()
	for _, e := range story() {
		tr.Event(e)
	}
	r := &Report{
		Run: p.Run, Runbook: p.Runbook, Site: p.Site, Result: "failed", Seconds: 75, Tasks: Tasks(p, s), Safe: Standing(p, s, false),
		Stages: Times(tr, s, story()[len(story())-1].Time), Next: "tidemark resume " + p.Run, Log: "/state/x.log",
	}
	var b bytes.Buffer
	r.Text(&b, Style{})
	Status(&b, p, s, "no process drives it", false, Style{})
	golden(t, "report", b.String())
}

// TestStatusOfALiveRun: while a process drives the run it is no news that it stays open.
func TestStatusOfALiveRun(t *testing.T) {
	p, s := restore(), engine.NewState()
	s.Epoch = 3
	s.Tasks[p.Stages[0].Tasks[0].ID] = &engine.TaskRecord{Open: true, Attempt: 1}
	var b strings.Builder
	Status(&b, p, s, "driven by process 7", true, Style{})
	if out := b.String(); strings.Contains(out, "stays open") || strings.Contains(out, "no outcome") || !strings.Contains(out, "  locked: vellum-1, vellum-2, vellum-3\n") {
		t.Error(out)
	}
}
