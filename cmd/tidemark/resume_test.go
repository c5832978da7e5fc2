package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
	"tidemark/schema"
)

// What only a person can tell is journaled with the person's name, and the task goes on from there.
func TestAPersonSettlesATask(t *testing.T) {
	for as, want := range map[string]engine.Outcome{"done": engine.Done, "not-done": engine.Failed} {
		p := &engine.Plan{Run: "20261122T010203Z-k7", Stages: []*engine.PlannedStage{{ID: "s", Tasks: []*engine.Task{{
			ID: "s/x@n", Stage: "s", Node: "n", Change: engine.Change{Sign: engine.Changes, Will: []engine.Fact{{Key: "k", Value: "v"}}},
		}}}}}
		dir := journal.Dir(t.TempDir(), p.Run)
		j, err := journal.Create(dir, p)
		if err != nil {
			t.Fatal(err)
		}
		r := &driven{plan: p, journal: j, state: engine.NewState()}
		if err := r.decide("s/x@n", as); exitCode(err) != exitUsage {
			t.Errorf("a task that is not unknown was settled: %v", err)
		}
		r.state.Add(&engine.Event{Type: engine.EventEnd, Task: "s/x@n", Attempt: 2, Outcome: engine.Unknown})
		if err := r.decide("s/x", as); err == nil || !strings.Contains(err.Error(), "did you mean s/x@n?") {
			t.Errorf("half of a name: %v", err)
		}
		if err := r.decide("s/x@n", as); err != nil {
			t.Fatal(err)
		}
		if rec, err := journal.Read(dir); err != nil || engine.Fold(rec.Events).Tasks["s/x@n"] != nil {
			t.Errorf("%v; it was noted before it was consented to", err)
		}
		if err := (&app{stderr: t.Output()}).noteSettlement(r); err != nil {
			t.Fatal(err)
		}
		rec, err := journal.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		got := engine.Fold(rec.Events).Tasks["s/x@n"]
		if got.Outcome != want || got.Attempt != 2 || got.Reason == "" || (len(got.Will) == 1) != (as == "done") {
			t.Errorf("%s: %+v", as, got)
		}
		_ = j.Close()
	}
}

// What a node keeps becomes the journal that was lost.
func TestRecollect(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	task := func(stage, step, node, kind string) *engine.Task {
		return &engine.Task{ID: engine.TaskID(stage, step, node), Stage: stage, Step: step, Node: node, Kind: kind}
	}
	p := &engine.Plan{Run: "r", Nodes: []string{"a", "b"}, Stages: []*engine.PlannedStage{
		{ID: "one", Tasks: []*engine.Task{task("one", "list", "a", "list-backups"), task("one", "ok", "b", "assert")}},
		{ID: "two", Tasks: []*engine.Task{task("two", "prune", "a", "prune-backups"), task("two", "prune", "b", "prune-backups")}},
	}}
	ref := func(id string, attempt int) engine.TaskRef {
		return engine.TaskRef{Run: "r", Task: id, Attempt: attempt}
	}
	at := time.Unix(100, 0)
	passed := []engine.Barrier{{Run: "r", Stage: "one"}}
	half := append(passed, engine.Barrier{Run: "r", Stage: "two"})
	s := &engine.State{}
	*s = *engine.Fold(recollect(p, kinds, map[string]engine.NodeState{
		"a": {Epoch: 3, Barriers: half, Tasks: []engine.TaskState{
			{Standing: engine.Ended, Receipt: &engine.Receipt{TaskRef: ref("two/prune@a", 2), Outcome: engine.Done, Ended: at.Add(time.Second)}},
			{Standing: engine.Ended, Receipt: &engine.Receipt{TaskRef: ref("two/prune@a", 1), Outcome: engine.Failed, Ended: at}},
		}},
		"b": {Epoch: 4, Barriers: passed, Intents: []engine.TaskRef{ref("two/prune@b", 1)}},
	}))
	if s.Epoch != 4 || !s.Verified || !s.Barriers["one"] || s.Barriers["two"] {
		t.Errorf("epoch %d, verified %v, barriers %v", s.Epoch, s.Verified, s.Barriers)
	}
	for id, want := range map[string]engine.TaskRecord{
		"one/list@a":  {Outcome: engine.Skipped}, // it has an output, and none was left
		"one/ok@b":    {Outcome: engine.Done},
		"two/prune@a": {Outcome: engine.Done, Attempt: 2},
		"two/prune@b": {Open: true, Attempt: 1},
	} {
		if got := s.Tasks[id]; got.Outcome != want.Outcome || got.Attempt != want.Attempt || got.Open != want.Open {
			t.Errorf("%s: %+v, want %+v", id, *got, want)
		}
	}
}

// TestRecollectOfAWipedNode: b has no records of a run that began. What the others passed it had passed; of the stage that was
// under way nobody knows, and what comes behind it never began.
func TestRecollectOfAWipedNode(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	var stages []*engine.PlannedStage
	for _, stage := range []string{"one", "two", "three"} {
		s := &engine.PlannedStage{ID: stage}
		for _, node := range []string{"a", "b"} {
			for _, kind := range []string{"prune-backups", "assert"} {
				s.Tasks = append(s.Tasks, &engine.Task{ID: engine.TaskID(stage, kind, node), Stage: stage, Step: kind, Node: node, Kind: kind})
			}
		}
		stages = append(stages, s)
	}
	p := &engine.Plan{Run: "r", Nodes: []string{"a", "b"}, Stages: stages}
	for name, c := range map[string]struct {
		b       engine.NodeState
		unknown string
	}{
		"wiped":         {engine.NodeState{}, "two/prune-backups@b"},
		"locked anew":   {engine.NodeState{Lock: &engine.LockRecord{Run: "other"}}, "two/prune-backups@b"},
		"it has a lock": {engine.NodeState{Lock: &engine.LockRecord{Run: "r"}, Barriers: []engine.Barrier{{Run: "r", Stage: "one"}}}, ""},
		"released":      {engine.NodeState{Closed: &engine.UnlockRequest{Run: "r"}, Barriers: []engine.Barrier{{Run: "r", Stage: "one"}}}, ""},
	} {
		s := engine.Fold(recollect(p, kinds, map[string]engine.NodeState{
			"a": {Lock: &engine.LockRecord{Run: "r"}, Barriers: []engine.Barrier{{Run: "r", Stage: "one"}}}, "b": c.b,
		}))
		unknown := ""
		for id, r := range s.Tasks {
			if r.Outcome == engine.Unknown {
				unknown += id
			}
		}
		if unknown != c.unknown || !s.Barriers["one"] {
			t.Errorf("%s: unknown %q, want %q; barriers %v", name, unknown, c.unknown, s.Barriers)
		}
	}
}

// TestRecollectBehindAClockSetBack: stop, then start on one node, whose clock says otherwise: what was promised last is that
// Cassandra runs, until it was stopped once more.
func TestRecollectBehindAClockSetBack(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	p := &engine.Plan{Run: "r", Nodes: []string{"a"}}
	for _, step := range []string{"stop", "start", "check"} {
		p.Stages = append(p.Stages, &engine.PlannedStage{ID: step, Tasks: []*engine.Task{{ID: engine.TaskID(step, step, "a"), Stage: step, Step: step, Node: "a", Kind: "monit"}}})
	}
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	done := func(step string, epoch int64, attempt int, hour time.Duration, o engine.Outcome) engine.TaskState {
		return engine.TaskState{Standing: engine.Ended, Receipt: &engine.Receipt{
			TaskRef: engine.TaskRef{Run: "r", Task: engine.TaskID(step, step, "a"), Attempt: attempt, Epoch: epoch}, Outcome: o, Ended: noon.Add(hour * time.Hour),
			Change: engine.Change{Sign: engine.Changes, Will: []engine.Fact{{Key: "cassandra", Value: step}}},
		}}
	}
	for name, c := range map[string]struct {
		tasks []engine.TaskState
		last  string
	}{
		"in order":                 {[]engine.TaskState{done("stop", 1, 1, 0, engine.Done), done("start", 1, 1, 1, engine.Done)}, "start"},
		"set back between the two": {[]engine.TaskState{done("stop", 1, 1, 0, engine.Done), done("start", 1, 1, -2, engine.Done)}, "start"},
		"and the start retried":    {[]engine.TaskState{done("stop", 1, 1, 0, engine.Done), done("start", 1, 1, -2, engine.Failed), done("start", 1, 2, -1, engine.Done)}, "start"},
		"stopped under a later epoch": {
			[]engine.TaskState{done("stop", 1, 1, 0, engine.Done), done("start", 1, 1, 1, engine.Done), done("stop", 2, 2, -2, engine.Done)}, "stop",
		},
		"stopped once more under the same": {
			[]engine.TaskState{done("stop", 1, 1, 0, engine.Done), done("start", 1, 1, 1, engine.Done), done("stop", 1, 2, 2, engine.Done)}, "stop",
		},
	} {
		s := engine.Fold(recollect(p, kinds, map[string]engine.NodeState{"a": {Epoch: 2, Tasks: c.tasks}}))
		if facts, _ := s.Promises(p, "a"); facts["cassandra"] != c.last {
			t.Errorf("%s: last promised is %q, want %q", name, facts["cassandra"], c.last)
		}
	}
}

// TestRecollectWithoutAReceipt: a stop that left none was found done, or its node lost it; a start behind it left one. What was
// promised last is the start, until the stop was passed once more.
func TestRecollectWithoutAReceipt(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	p := &engine.Plan{Run: "r", Nodes: []string{"a"}}
	for _, step := range []string{"stop", "start"} {
		will := []engine.Fact{{Key: "cassandra", Value: step}}
		p.Stages = append(p.Stages, &engine.PlannedStage{ID: step, Tasks: []*engine.Task{{
			ID: engine.TaskID(step, step, "a"), Stage: step, Step: step, Node: "a", Kind: "nodetool", Change: engine.Change{Will: will},
		}}})
	}
	ref := func(step string, epoch int64) engine.TaskRef {
		return engine.TaskRef{Run: "r", Task: engine.TaskID(step, step, "a"), Attempt: 1, Epoch: epoch}
	}
	started := []engine.TaskState{{Standing: engine.Ended, Receipt: &engine.Receipt{TaskRef: ref("start", 2), Outcome: engine.Done, Change: p.Stages[1].Tasks[0].Change}}}
	for name, c := range map[string]struct {
		passed  int64
		intents []engine.TaskRef
		last    string
	}{
		"lost":            {2, nil, "start"},
		"found done":      {2, []engine.TaskRef{ref("stop", 1)}, "start"},
		"found done anew": {3, []engine.TaskRef{ref("stop", 3)}, "stop"},
	} {
		out := map[string]map[string]json.RawMessage{"a": {"stop": json.RawMessage("{}")}}
		state := engine.NodeState{Tasks: started, Intents: c.intents, Barriers: []engine.Barrier{{Run: "r", Stage: "stop", Epoch: c.passed, Outputs: out}}}
		s := engine.Fold(recollect(p, kinds, map[string]engine.NodeState{"a": state}))
		if facts, _ := s.Promises(p, "a"); facts["cassandra"] != c.last || s.Tasks["stop/stop@a"].Outcome != engine.Done {
			t.Errorf("%s: last promised is %q, want %q; the stop is %+v", name, facts["cassandra"], c.last, s.Tasks["stop/stop@a"])
		}
	}
}

// TestRecollectWhatFoundItsWorkDone: a done task that had nothing to do promises what was approved, as in the run itself.
func TestRecollectWhatFoundItsWorkDone(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	const id = "one/stop@a"
	approved := engine.Change{Sign: engine.Changes, Will: []engine.Fact{{Key: "cassandra", Value: "stopped"}}}
	p := &engine.Plan{Run: "r", Nodes: []string{"a"}, Stages: []*engine.PlannedStage{{
		ID: "one", Tasks: []*engine.Task{{ID: id, Stage: "one", Step: "stop", Node: "a", Kind: "monit", Change: approved}},
	}}}
	ended := &engine.Receipt{TaskRef: engine.TaskRef{Run: "r", Task: id, Attempt: 1}, Outcome: engine.Done, Change: engine.Change{Sign: engine.Same}}
	s := engine.Fold(recollect(p, kinds, map[string]engine.NodeState{"a": {Tasks: []engine.TaskState{{Standing: engine.Ended, Receipt: ended}}}}))
	if facts, _ := s.Promises(p, "a"); facts["cassandra"] != "stopped" {
		t.Errorf("it promises %v", facts)
	}
}

// TestRecollectWhatWasSettled: an attempt that left no receipt was settled when a later one began, or when its stage was
// passed under its epoch. What began afterwards was not, nor where a stage passes with failures.
func TestRecollectWhatWasSettled(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	const id = "one/prune@a"
	ref := func(attempt int, epoch int64) engine.TaskRef {
		return engine.TaskRef{Run: "r", Task: id, Attempt: attempt, Epoch: epoch}
	}
	ended := func(r engine.TaskRef, o engine.Outcome) []engine.TaskState {
		return []engine.TaskState{{Standing: engine.Ended, Receipt: &engine.Receipt{TaskRef: r, Outcome: o}}}
	}
	passed := []engine.Barrier{{Run: "r", Stage: "one", Epoch: 5}}
	for name, c := range map[string]struct {
		state    engine.NodeState
		failures int
		want     engine.TaskRecord
	}{
		"a later attempt":        {engine.NodeState{Intents: []engine.TaskRef{ref(1, 3)}, Tasks: ended(ref(2, 4), engine.Done)}, 0, engine.TaskRecord{Outcome: engine.Done, Attempt: 2}},
		"a later one that lives": {engine.NodeState{Intents: []engine.TaskRef{ref(2, 4), ref(1, 3)}}, 0, engine.TaskRecord{Open: true, Attempt: 2}},
		"an earlier one":         {engine.NodeState{Intents: []engine.TaskRef{ref(2, 4)}, Tasks: ended(ref(1, 3), engine.Done)}, 0, engine.TaskRecord{Open: true, Attempt: 2}},
		"a barrier":              {engine.NodeState{Barriers: passed, Intents: []engine.TaskRef{ref(1, 5)}}, 0, engine.TaskRecord{Outcome: engine.Done, Attempt: 1}},
		"unknown, then passed":   {engine.NodeState{Barriers: passed, Tasks: ended(ref(1, 4), engine.Unknown)}, 0, engine.TaskRecord{Outcome: engine.Done, Attempt: 1}},
		"done, and begun again":  {engine.NodeState{Barriers: passed, Intents: []engine.TaskRef{ref(2, 5)}, Tasks: ended(ref(1, 5), engine.Done)}, 0, engine.TaskRecord{Open: true, Attempt: 2}},
		"begun after it":         {engine.NodeState{Barriers: passed, Intents: []engine.TaskRef{ref(2, 6)}}, 0, engine.TaskRecord{Open: true, Attempt: 2}},
		"failures allowed":       {engine.NodeState{Barriers: passed, Intents: []engine.TaskRef{ref(1, 5)}}, 1, engine.TaskRecord{Open: true, Attempt: 1}},
	} {
		p := &engine.Plan{Run: "r", Nodes: []string{"a"}, Stages: []*engine.PlannedStage{{
			ID: "one", Strategy: schema.Strategy{MaxFailures: c.failures},
			Tasks: []*engine.Task{{ID: id, Stage: "one", Step: "prune", Node: "a", Kind: "prune-backups"}},
		}}}
		got := engine.Fold(recollect(p, kinds, map[string]engine.NodeState{"a": c.state})).Tasks[id]
		if got.Outcome != c.want.Outcome || got.Attempt != c.want.Attempt || got.Open != c.want.Open {
			t.Errorf("%s: %+v, want %+v", name, *got, c.want)
		}
	}
}

// Another build goes on with a run where its kinds mean the same, and says so; else it is refused, naming the kind.
func TestResumeByAnotherBuild(t *testing.T) {
	kinds, err := allKinds()
	if err != nil {
		t.Fatal(err)
	}
	for digest, want := range map[string]int{kinds.Get("assert").Digest(): 0, "another": exitRefused} {
		var said bytes.Buffer
		a := &app{stderr: &said, build: func() (string, error) { return "new", nil }}
		p := &engine.Plan{Run: openRun, Build: "old", Kinds: map[string]string{"assert": digest}}
		err := a.sameBuild(p, kinds)
		if exitCode(err) != want {
			t.Errorf("%s: %v", digest, err)
		}
		a.explain(err)
		if words := map[int]string{0: "its kinds are the same in this one (new)", exitRefused: "the kind assert is not the same in both"}; !strings.Contains(said.String(), words[want]) {
			t.Errorf("said %q", said.String())
		}
	}
}

// TestAnotherBuildGoesOn: the same with a run that failed, resumed by a program that names itself otherwise.
func TestAnotherBuildGoesOn(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	h.build = func() (string, error) { return "another", nil }
	h.wants(h.do("resume"), exitFailed, "was planned by build", "its kinds are the same in this one (another)", "too few backups")
}

// What a resumed run took counts from its first start.
func TestAResumedRunCountsFromItsStart(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	h.wants(h.do("resume", "-o", "json"), exitFailed)
	var r view.Report
	if err := json.Unmarshal(h.out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Resumed <= 0 || r.Seconds <= r.Resumed {
		t.Errorf("it took %v s, %v s since it was resumed", r.Seconds, r.Resumed)
	}
}

// An adopted run is locked later than its tasks began.
func TestARunBeganWhenItsFirstTaskDid(t *testing.T) {
	first := time.Unix(100, 0)
	s := engine.Fold([]engine.Event{
		{Type: engine.EventLocked, Epoch: 2, Time: first.Add(time.Hour)},
		{Type: engine.EventBegin, Task: "s/x@n", Time: first},
		{Type: engine.EventBegin, Task: "s/y@n"},
	})
	if !s.Began.Equal(first) {
		t.Errorf("it began at %s", s.Began)
	}
}
