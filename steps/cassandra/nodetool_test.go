package cassandra

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
	"tidemark/steps/internal/nodetool"
	"tidemark/steps/internal/nodetool/nodetooltest"
)

func TestDrain(t *testing.T) {
	n := newToolNode(t)
	step := &toolStep{Command: drain}
	c, err := n.Plan(Nodetool(), step)
	if err != nil || c.Sign != engine.Changes || c.Risk != engine.Interrupts || !slices.Equal(c.Argv, []string{"nodetool", "drain"}) || len(n.changes()) != 0 {
		t.Fatalf("%+v, %v, sent %q", c, err, n.changes())
	}
	if d := cmp.Diff(map[string]string{factClean: "true", cassconf.FactRunning: cassconf.Unclear}, factsOf(c.Will)); d != "" {
		t.Error(d)
	}
	_, out, err := n.Apply(Nodetool(), step)
	if err != nil || out.Value != (ToolOut{drain, "DRAINED"}) || !slices.Equal(n.changes(), []string{"nodetool drain"}) {
		t.Errorf("%+v, %v, sent %q", out, err, n.changes())
	}
	c, _, err = n.Apply(Nodetool(), step)
	if err != nil || c.Sign != engine.Same || string(c.Out) != `{"command":"drain","mode":"DRAINED"}` || len(n.changes()) != 1 {
		t.Errorf("drained already: %+v, %v", c, err)
	}
	n.become("")
	c, _, err = n.Apply(Nodetool(), step)
	if err != nil || c.Sign != engine.Same || factsOf(c.Will)[cassconf.FactRunning] != "" || len(n.changes()) != 1 {
		t.Errorf("drained, then stopped: %+v, %v", c, err)
	}
}

func TestDrainRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(n *toolNode)
		class   engine.Class
		words   string
	}{
		"stopped with changes left": {func(n *toolNode) { n.become(""); n.dirty() }, engine.ClassPrecondition, "its commit log holds changes"},
		"starting":                  {func(n *toolNode) { n.become("STARTING") }, engine.ClassPrecondition, "is in mode STARTING"},
		"draining":                  {func(n *toolNode) { n.become("DRAINING") }, engine.ClassPrecondition, "is in mode DRAINING"},
		"process without ports": {func(n *toolNode) {
			n.become("")
			n.write("/proc/9/cmdline", []byte("java\x00org.apache.cassandra.service.CassandraDaemon\x00"))
		}, engine.ClassConnect, "Failed to connect"},
	} {
		for _, actual := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				n := newToolNode(t)
				c.arrange(n)
				v := n.actual(Nodetool())
				v.Actual = actual
				_, err := (&toolStep{Command: drain}).Plan(t.Context(), v)
				if engine.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.words) || engine.NextOf(err) == "" {
					t.Errorf("%s: %v, next %q", name, err, engine.NextOf(err))
				}
			})
		}
	}
}

func TestDrainThatDoesNotDrainFails(t *testing.T) {
	n := newToolNode(t)
	n.answers["drain"] = nodetooltest.Says("")
	_, _, err := n.Apply(Nodetool(), &toolStep{Command: drain})
	if err == nil || !strings.Contains(err.Error(), "the mode is NORMAL") || engine.NextOf(err) == "" {
		t.Errorf("%v", err)
	}
}

// While nothing serves, no JVM is started to prove what the disk tells; a commit log with rows in it proves nothing.
func TestDrainIsProvedOnDiskWhereItCan(t *testing.T) {
	for name, c := range map[string]struct {
		log   []byte
		after string
		asked bool
		fails bool
	}{
		"nothing left":               {log: make([]byte, 4096), after: "DRAINED"},
		"rows left":                  {log: []byte("\x00\x00\x00\x07rows that were never flushed"), after: "DRAINED", asked: true},
		"no commit log there":        {after: "DRAINED", asked: true},
		"drained to its end in vain": {log: []byte("\x00\x00\x00\x07rows that were never flushed"), after: "DRAINING", asked: true, fails: true},
		"not drained at all":         {log: make([]byte, 4096), after: "NORMAL", asked: true, fails: true},
	} {
		n := newToolNode(t)
		if c.log != nil {
			n.write("/var/lib/cassandra/commitlog/CommitLog-7-1.log", c.log)
		}
		n.Ground.OnExec = func(argv []string) (engine.Result, error) {
			if argv[1] == "drain" {
				n.become(c.after)
				return engine.Result{}, nil
			}
			return n.exec(argv)
		}
		h := engine.NewHost(n.actual(Nodetool()), n.Marks)
		err := drainNow(t.Context(), h, nodetool.New(h))
		asked := slices.Contains(n.Ground.Calls(), "nodetool netstats")
		if asked != c.asked || (err != nil) != c.fails {
			t.Errorf("%s: nodetool was asked: %v, %v", name, asked, err)
		}
	}
}

func TestDrainOverPromises(t *testing.T) {
	for _, c := range []struct {
		promised map[string]string
		sign     engine.Sign
	}{
		{map[string]string{cassconf.FactRunning: cassconf.Stopped, factClean: "true"}, engine.Same},
		{map[string]string{cassconf.FactRunning: cassconf.Runs, factClean: "false"}, engine.Changes}, // started by an earlier step
		{map[string]string{cassconf.FactRunning: cassconf.Stopped, factClean: "false"}, ""},
	} {
		n := newToolNode(t)
		n.become("")
		n.Facts = engine.NewFacts(c.promised)
		got, err := n.Plan(Nodetool(), &toolStep{Command: drain})
		if (err == nil) != (c.sign != "") || err == nil && got.Sign != c.sign {
			t.Errorf("%v: %s, %v", c.promised, got.Sign, err)
		}
		if len(n.Ground.Calls()) != 0 {
			t.Errorf("%v: asked %q about a state that is only promised", c.promised, n.Ground.Calls())
		}
	}
}

// TestDrainWaitsForAStart: a node that came back from a crash is starting when the run is resumed.
func TestDrainWaitsForAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newToolNode(t)
		n.become("")
		n.write("/proc/9/cmdline", []byte("java\x00org.apache.cassandra.service.CassandraDaemon\x00"))
		time.AfterFunc(20*time.Second, func() { n.become("STARTING") })
		time.AfterFunc(30*time.Second, func() { n.mode = "NORMAL" }) // before CQL is open
		time.AfterFunc(40*time.Second, func() { n.become("NORMAL") })
		if got, err := (&toolStep{Command: drain}).Probe(t.Context(), n.actual(Nodetool()), factClean); err != nil || got != "false" {
			t.Errorf("starting is %q, %v", got, err)
		}
		if _, _, err := n.Apply(Nodetool(), &toolStep{Command: drain}); err != nil || n.mode != "DRAINED" {
			t.Errorf("mode %s, %v", n.mode, err)
		}
	})
}

func TestDrainsPromiseIsLookedAtAgain(t *testing.T) {
	n := newToolNode(t)
	step := &toolStep{Command: drain}
	for _, c := range []struct {
		mode, clean, running string
		dirty                bool
	}{
		{"NORMAL", "false", cassconf.Runs, false},
		{"DRAINED", "true", cassconf.Unclear, false},
		{"", "true", cassconf.Stopped, false},
		{"", "false", cassconf.Stopped, true},
		{"STARTING", "false", cassconf.Unclear, true},
	} {
		n.become(c.mode)
		if c.dirty {
			n.dirty()
		}
		for key, want := range map[string]string{factClean: c.clean, cassconf.FactRunning: c.running} {
			if got, err := step.Probe(t.Context(), n.actual(Nodetool()), key); err != nil || got != want {
				t.Errorf("mode %q: %s is %q, want %q, %v", c.mode, key, got, want, err)
			}
		}
	}
}

func TestFlush(t *testing.T) {
	n := newToolNode(t)
	c, out, err := n.Apply(Nodetool(), &toolStep{Command: flushed, Keyspaces: []string{"homer", "memento"}})
	if err != nil || c.Risk != engine.Harmless || out.Value != (ToolOut{flushed, "NORMAL"}) || !slices.Equal(n.changes(), []string{"nodetool flush -- homer memento"}) {
		t.Errorf("%+v, %v, sent %q", out, err, n.changes())
	}
	n.become("DRAINED")
	if _, _, err := n.Apply(Nodetool(), &toolStep{Command: flushed}); engine.ClassOf(err) != engine.ClassPrecondition {
		t.Errorf("%v", err)
	}
}

func TestCompactionSwitch(t *testing.T) {
	n := newToolNode(t)
	off, on := &toolStep{Command: hold, Keyspaces: []string{"homer"}}, &toolStep{Command: compact, Keyspaces: []string{"homer"}}
	if c, err := n.Plan(Nodetool(), on); err != nil || c.Sign != engine.Same {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := n.Plan(Nodetool(), off); err != nil || c.Sign != engine.Changes || factsOf(c.Will)["autocompaction.homer"] != "off" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := n.Plan(Nodetool(), on); err != nil || c.Sign != engine.Changes { // over the promise
		t.Errorf("%+v, %v", c, err)
	}
	if c, _, err := n.Apply(Nodetool(), off); err != nil || c.Sign != engine.Changes || n.compacts["homer"] != "not running" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, _, err := n.Apply(Nodetool(), off); err != nil || c.Sign != engine.Same || len(n.changes()) != 1 {
		t.Errorf("%+v, %v, sent %q", c, err, n.changes())
	}
	n.compacts["homer"] = "partially running"
	if c, _, err := n.Apply(Nodetool(), on); err != nil || c.Sign != engine.Changes || n.compacts["homer"] != "running" {
		t.Errorf("%+v, %v", c, err)
	}
	if got, err := off.Probe(t.Context(), n.actual(Nodetool()), "autocompaction.homer"); err != nil || got != "on" {
		t.Errorf("%q, %v", got, err)
	}
	n.become("")
	if got, err := off.Probe(t.Context(), n.actual(Nodetool()), "autocompaction.homer"); err != nil || got == "off" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNodetoolArgumentsThatMakeNoSense(t *testing.T) {
	for _, s := range []toolStep{{Command: "decommission"}, {Command: drain, Keyspaces: []string{"homer"}}, {Command: hold}} {
		n := newToolNode(t)
		if _, err := n.Plan(Nodetool(), &s); engine.ClassOf(err) != engine.ClassPrecondition || len(n.changes()) != 0 {
			t.Errorf("%+v: %v, sent %q", s, err, n.changes())
		}
	}
}
