package view

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/schema"
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

func TestBoard(t *testing.T) {
	p := restore()
	for _, size := range [][2]int{{80, 24}, {40, 5}} {
		b := newBoard(p)
		b.recall(p, engine.NewState())
		b.began = story()[0].Time
		for _, e := range story() {
			b.event(e)
		}
		var out strings.Builder
		lines := b.frame(size[0], size[1], story()[0].Time.Add(time.Minute))
		for _, l := range lines {
			if n := len([]rune(l.text)); n >= size[0] {
				t.Errorf("%d columns of %d: %q", n, size[0], l.text)
			}
			fmt.Fprintln(&out, l.text)
		}
		if len(lines) >= size[1] {
			t.Errorf("%d lines of %d", len(lines), size[1])
		}
		golden(t, fmt.Sprintf("board-%dx%d", size[0], size[1]), out.String())
	}
}

func TestTwoThousandNodesFit(t *testing.T) {
	p := &engine.Plan{Stages: []*engine.PlannedStage{{ID: "s"}}}
	for i := range 2000 {
		p.Stages[0].Tasks = append(p.Stages[0].Tasks, task("s", "x", "", fmt.Sprintf("n%d", i), "pause", engine.Change{Sign: engine.Same}))
	}
	b := newBoard(p)
	b.event(engine.Event{Type: engine.EventEnd, Task: "s/x@n1999", Node: "n1999", Outcome: engine.Failed, Message: "broken"})
	lines := b.frame(80, 24, time.Now())
	if len(lines) >= 24 || !strings.Contains(lines[1].text, "n1999") || !strings.Contains(lines[len(lines)-1].text, "1999 waiting") {
		t.Errorf("%d lines, %+v", len(lines), lines)
	}
	var out bytes.Buffer
	Plan(&out, p, Style{}, false)
	if n := strings.Count(out.String(), "\n"); n > 12 {
		t.Errorf("2,000 equal tasks take %d lines", n)
	}
}

func TestProblem(t *testing.T) {
	cause := func(n string) error {
		return &NodeError{n, engine.WithNext(engine.Failf(engine.ClassHostKey, "%s: host key changed", n), "compare it")}
	}
	err := errors.Join(cause("a"), errors.Join(cause("b"), errors.New("gate/space@c: 12 GiB are missing")), cause("c"),
		errors.New("gate/space@d: 12 GiB are missing"),
		errors.New("gate/gate@n-1: no backup on n-1 (n-10 has one)"), errors.New("gate/gate@n-2: no backup on n-2 (n-10 has one)"),
		errors.New("gate/gate@one: not done on one"), errors.New("s/seal@a: a, b: no"), errors.New("s/seal@b: a, b: no"))
	var b bytes.Buffer
	Problem(&b, err, Style{})
	want := "tidemark: host key changed  @a, b, c\n  next: compare it\ntidemark: gate/space: 12 GiB are missing  @c, d\n" +
		"tidemark: gate/gate: no backup on the node (n-10 has one)  @n-1, n-2\n" +
		"tidemark: gate/gate: not done on one  @one\n" +
		"tidemark: s/seal: a, b: no  @a, b\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		engine.Bytes(0):                                       "0 B",
		engine.Bytes(1023):                                    "1023 B",
		engine.Bytes(12_700_000):                              "12.1 MiB",
		engine.Bytes(400 << 20):                               "400.0 MiB",
		engine.Bytes(5 << 40):                                 "5.0 TiB",
		duration(400 * time.Millisecond):                      "0.4s",
		duration(3*time.Minute + 5*time.Second):               "3m05s",
		duration(130 * time.Minute):                           "2h10m",
		Command([]string{"a", "", "b c", "d'e", "$(x)"}):      `a '' 'b c' 'd'\''e' '$(x)'`,
		Command([]string{" a ", "b\n\t\\'", "ä", "\u202ex"}):  `' a ' $'b\n\U00000009\\\'' 'ä' $'\U0000202ex'`,
		NodeList([]string{"1", "2", "3", "4", "5", "6", "7"}): "1, 2, 3, 4, 5 and 2 more",
		value([]any{"a", 1}):                                  `["a",1]`,
		value(90 * time.Second):                               "1m30s",
		value([]time.Duration{time.Second}):                   `["1s"]`,
		value(map[string]schema.Size{"a": 1 << 20}):           `{"a":"1MiB"}`,
		fit("  ärger\x1b[2J", 6):                              "  ärg…",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestColoursOnlyOnATerminal(t *testing.T) {
	if StyleOf(&bytes.Buffer{}).Color {
		t.Error("a buffer is no terminal")
	}
	if got := (Style{}).paint(red, "x"); got != "x" {
		t.Errorf("%q", got)
	}
}

func TestLiveLeavesTheFailuresOnTheScreen(t *testing.T) {
	var b bytes.Buffer
	l := NewLive(&b, Style{}, restore(), engine.NewState(), func() (int, int) { return 80, 24 })
	for _, e := range story() {
		l.Event(e)
	}
	l.Close()
	after := b.String()[strings.LastIndex(b.String(), "\x1b[J")+1:]
	if !strings.Contains(after, "failed  restore/restore[homer]@vellum-1") || strings.Contains(after, "passed)") {
		t.Errorf("%q", after)
	}
}

// TestNotes: nodes that differ only in numbers share a line, and only the numbers that differ are left out.
func TestNotes(t *testing.T) {
	note := func(node, text string) Task {
		return Task{Task: "save/save@" + node, Node: node, Outcome: engine.Done, Changed: true, Message: text}
	}
	r := &Report{Result: "done", Tasks: []Task{
		note("one", "72 files, 1.2 MiB, of 9 tables"), note("two", "72 files, 1.3 MiB, of 9 tables"), note("three", "72 files, 1.2 MiB, of 9 tables"),
	}}
	var b strings.Builder
	r.Text(&b, Style{})
	r.Tasks = []Task{note("one", "sent to one"), note("two", "sent to two")}
	r.Text(&b, Style{})
	for _, want := range []string{"  save: 72 files, 1.2 MiB to 1.3 MiB, of 9 tables  @one, two, three\n", "  save: sent to the node  @one, two\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s\ndoes not have\n%s", b.String(), want)
		}
	}
}

// TestLiveSay: what the program says during a run scrolls above the board, which would write over it.
func TestLiveSay(t *testing.T) {
	var b strings.Builder
	l := NewLive(&b, Style{}, restore(), engine.NewState(), func() (int, int) { return 80, 24 })
	l.Say("stopping: nothing new starts")
	l.Close()
	if !strings.Contains(b.String(), "stopping: nothing new starts\n") {
		t.Errorf("not on the screen: %q", b.String())
	}
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

func TestPace(t *testing.T) {
	for _, c := range []struct {
		strategy schema.Strategy
		want     string
	}{
		{schema.Strategy{}, ""},
		{schema.Strategy{Parallel: "all"}, ""},
		{schema.Strategy{Parallel: "1"}, "; 1 at a time"},
		{schema.Strategy{Waves: []string{"1", "50%"}}, "; in waves of 1, 50%"},
	} {
		if got := pace(&engine.PlannedStage{Nodes: []string{"one", "two"}, Strategy: c.strategy}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A run that was resumed took longer than its last part; both are said where they differ.
func TestTook(t *testing.T) {
	began := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	now := began.Add(32 * time.Second)
	for _, c := range []struct {
		first time.Time
		want  string
	}{
		{time.Time{}, "32s"},
		{began.Add(-time.Minute), "1m32s (32s since it was resumed)"},
		{began.Add(-time.Millisecond), "32s"},
		{now.Add(time.Hour), "32s"}, // a clock that was set
	} {
		r := &Report{}
		if r.Took(began, c.first, now); r.took() != c.want {
			t.Errorf("first began %s: %q, want %q", c.first, r.took(), c.want)
		}
	}
}
