package steps_test

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"time"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// model stands for a kind of the shipped runbooks: same name, same redo rule, and for the kinds of a restore the same
// facts. Its work takes time, and half-way it changes a table. So the real runbook runs on nodes in memory and can be
// killed at every point.
type model struct {
	name string
	redo engine.Redo
	raw  string
	args map[string]any
	w    *table
}

// table is what is true of the nodes: what tasks left by node and fact, and how often each task was applied.
type table struct {
	mu      sync.Mutex
	is      map[string]string
	applied map[string]int
}

func newTable() *table { return &table{is: map[string]string{}, applied: map[string]int{}} }

// state is a copy of what is true.
func (w *table) state() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.is)
}

// look is a fact of a node; a Cassandra of which nothing was heard serves.
func (w *table) look(node, key string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	untouched := ""
	if key == cassconf.FactRunning {
		untouched = cassconf.Runs
	}
	return cmp.Or(w.is[node+" "+key], untouched)
}

// times is how often a task was applied.
func (w *table) times(t *engine.Task) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.applied[t.Node+" "+t.Kind+" "+string(t.Args)]
}

func (m *model) UnmarshalJSON(raw []byte) error {
	m.raw = string(raw)
	return json.Unmarshal(raw, &m.args)
}

func (m *model) arg(name string) string {
	s, _ := m.args[name].(string)
	return s
}

const factClean = "cassandra.clean"

// leaves are the facts that the work brings about; the first one tells whether it is done.
func (m *model) leaves() []engine.Fact {
	running := func(value string) engine.Fact { return engine.Fact{Key: cassconf.FactRunning, Value: value} }
	switch m.name + " " + m.arg("action") + m.arg("command") {
	case "monit stop":
		return []engine.Fact{{Key: "monit.cassandra_process", Value: "stopped"}, running(cassconf.Stopped)}
	case "monit start":
		return []engine.Fact{{Key: "monit.cassandra_process", Value: "running"}, running(cassconf.Runs), {Key: factClean, Value: "false"}}
	case "monit monitor", "monit unmonitor":
		return []engine.Fact{{Key: "monit." + m.arg("service"), Value: m.arg("action") + "ed"}}
	case "nodetool drain":
		return []engine.Fact{{Key: factClean, Value: "true"}, running(cassconf.Unclear)}
	case "restore-schema ":
		return []engine.Fact{{Key: "schema", Value: m.arg("backup")}}
	case "stage-restore ":
		return []engine.Fact{{Key: "staged." + m.arg("keyspace"), Value: m.arg("backup")}}
	case "restore-keyspace ":
		return []engine.Fact{{Key: "restored." + m.arg("keyspace"), Value: m.arg("backup")}}
	}
	return nil
}

// needs are the facts without which the work fails, or which it waits for.
func (m *model) needs() []engine.Fact {
	running := cassconf.Runs
	switch m.name {
	case "restore-keyspace":
		return []engine.Fact{{Key: cassconf.FactRunning, Value: cassconf.Stopped}, {Key: factClean, Value: "true"}}
	case "wait-monit":
		if m.arg("state") == "stopped" {
			running = cassconf.Stopped
		}
	case "wait-cassandra", "restore-schema", "stage-restore", "nodetool", "nodetool-repair":
	default:
		return nil
	}
	return []engine.Fact{{Key: cassconf.FactRunning, Value: running}}
}

func (m *model) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Changes, Summary: m.name, Will: m.leaves()}
	if m.redo == engine.Pure {
		c.Sign, c.Later = engine.NotKnown, engine.InRun
	}
	if len(c.Will) == 0 {
		return c, nil
	}
	f, err := v.Fact(c.Will[0].Key, func() (string, error) { return m.w.look(v.Node, c.Will[0].Key), nil })
	if c.Pre = []engine.Fact{f}; f.Value == c.Will[0].Value {
		c.Sign, c.Will = engine.Same, c.Will[:1]
	}
	return c, err
}

// Probe looks at a promise again; that of the schema needs a Cassandra that answers.
func (m *model) Probe(_ context.Context, v *engine.View, key string) (string, error) {
	if key == "schema" && m.w.look(v.Node, cassconf.FactRunning) != cassconf.Runs {
		return "", engine.Failf(engine.ClassConnect, "Cassandra does not answer")
	}
	return m.w.look(v.Node, key), nil
}

// pace is half the time that a task takes on a node; no two nodes are equally fast.
func pace(node string) time.Duration {
	return time.Duration(len(node)+int(node[len(node)-1]-'0')) * 20 * time.Millisecond
}

// halfway and behind are the marks that a task leaves just before and just behind its work.
const halfway, behind = "halfway", "behind"

func (m *model) Apply(_ context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	time.Sleep(pace(h.Node))
	for _, need := range m.needs() {
		if is := m.w.look(h.Node, need.Key); is != need.Value {
			return engine.Output{}, engine.Failf(engine.ClassPrecondition, "%s %s: %s is %q", m.name, m.raw, need.Key, is)
		}
	}
	if m.redo == engine.Pure {
		return engine.Output{}, nil
	}
	return engine.Output{}, m.work(h)
}

func (m *model) work(h *engine.Host) error {
	task := h.Node + " " + m.name + " " + m.raw
	m.w.mu.Lock()
	m.w.applied[task]++
	m.w.mu.Unlock()
	if err := h.Mark(halfway); err != nil {
		return err
	}
	m.w.mu.Lock()
	m.w.is[task] = "done"
	for _, f := range m.leaves() {
		m.w.is[h.Node+" "+f.Key] = f.Value
	}
	m.w.mu.Unlock()
	if err := h.Mark(behind); err != nil {
		return err
	}
	time.Sleep(pace(h.Node))
	return nil
}

// models puts a model in place of every kind.
func models(t *testing.T, real *engine.Kinds, w *table) *engine.Kinds {
	t.Helper()
	var list []engine.Kind
	for _, name := range real.Names() {
		k := *real.Get(name)
		redo := k.Redo
		k.New = func() engine.Step { return &model{name: name, redo: redo, w: w} }
		list = append(list, k)
	}
	ks, err := engine.NewKinds(list...)
	if err != nil {
		t.Fatal(err)
	}
	return ks
}
