package monit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

func facts(list []engine.Fact) map[string]string {
	out := map[string]string{}
	for _, f := range list {
		out[f.Key] = f.Value
	}
	return out
}

func TestPlanOfEachAction(t *testing.T) {
	for _, c := range []struct {
		step action
		sign engine.Sign
		risk engine.Risk
		will map[string]string
	}{
		{action{Action: "stop", Group: "cassandra"}, engine.Changes, engine.Interrupts, map[string]string{
			"monit.cassandra_process": stopped, "monit.poll_cassandra": unmonitored, cassconf.FactRunning: cassconf.Stopped,
		}},
		{action{Action: "restart", Service: process}, engine.Changes, engine.Interrupts, map[string]string{
			"monit.cassandra_process": running, cassconf.FactRunning: cassconf.Runs, factClean: "false",
		}},
		{action{Action: "start", Group: "cassandra"}, engine.Same, engine.Harmless, map[string]string{"monit.cassandra_process": running, "monit.poll_cassandra": monitored}},
		{action{Action: "monitor", Service: lone}, engine.Same, engine.Harmless, map[string]string{"monit.poll_cqlsh": monitored}},
		{action{Action: "stop", Service: lone}, engine.Changes, engine.Interrupts, map[string]string{"monit.poll_cqlsh": unmonitored}},
		{action{Action: "unmonitor", Service: lone}, engine.Changes, engine.Harmless, map[string]string{"monit.poll_cqlsh": unmonitored}},
		{action{Action: "unmonitor", Service: process}, engine.Changes, engine.Harmless, map[string]string{"monit.cassandra_process": unmonitored}},
	} {
		_, b := newFake(t)
		got, err := b.Plan(Monit(), &c.step)
		if err != nil {
			t.Fatalf("%+v: %v", c.step, err)
		}
		if got.Sign != c.sign || got.Risk != c.risk || cmp.Diff(c.will, facts(got.Will)) != "" {
			t.Errorf("%+v: %s risk %d %s", c.step, got.Sign, got.Risk, cmp.Diff(c.will, facts(got.Will)))
		}
	}
}

func TestPlanSeesWhatEarlierStepsPromise(t *testing.T) {
	f, b := newFake(t)
	for _, c := range []struct {
		step action
		sign engine.Sign
		run  string
	}{
		{action{Action: "stop", Group: "cassandra"}, engine.Changes, cassconf.Stopped},
		{action{Action: "stop", Group: "cassandra"}, engine.Same, ""},
		{action{Action: "unmonitor", Service: process}, engine.Same, ""},
		{action{Action: "monitor", Group: "cassandra"}, engine.Changes, cassconf.Runs},
		{action{Action: "unmonitor", Service: process}, engine.Changes, ""},
		{action{Action: "monitor", Service: process}, engine.Changes, ""}, // it lives, nothing is started
	} {
		got, err := b.Plan(Monit(), &c.step)
		if err != nil || got.Sign != c.sign || facts(got.Will)[cassconf.FactRunning] != c.run {
			t.Errorf("%+v: %s %v, %v", c.step, got.Sign, got.Will, err)
		}
	}
	if len(f.sent) != 0 {
		t.Errorf("a plan sent %q", f.sent)
	}
}

func TestApplyWaitsForTheEffect(t *testing.T) {
	for _, c := range []struct {
		step action
		sent string
		want Out
	}{
		{action{Action: "stop", Group: "cassandra"}, "monit stop -g cassandra", Out{[]ServiceOut{{process, stopped, 0}, {program, unmonitored, 0}}}},
		{action{Action: "restart", Service: process}, "monit restart cassandra_process", Out{[]ServiceOut{{process, running, 300}}}},
		{action{Action: "unmonitor", Service: process}, "monit unmonitor cassandra_process", Out{[]ServiceOut{{process, unmonitored, 0}}}},
		{action{Action: "unmonitor", Service: lone}, "monit unmonitor poll_cqlsh", Out{[]ServiceOut{{lone, unmonitored, 0}}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, b := newFake(t)
			_, out, err := b.Apply(Monit(), &c.step)
			if err != nil || !slices.Equal(f.sent, []string{c.sent}) || cmp.Diff(c.want, out.Value) != "" {
				t.Errorf("%q %v %s", f.sent, err, cmp.Diff(c.want, out.Value))
			}
			// asked again on the real state it is done
			again, _, err := b.Apply(Monit(), &c.step)
			if err != nil || again.Sign != engine.Same {
				t.Errorf("again: %s, %v", again.Sign, err)
			}
		})
	}
}

func TestStartAndMonitorOfAStoppedProcess(t *testing.T) {
	for _, step := range []action{{Action: "start", Group: "cassandra"}, {Action: "monitor", Group: "cassandra"}} {
		synctest.Test(t, func(t *testing.T) {
			f, b := newFake(t)
			f.kill()
			f.monitor[process], f.monitor[program] = 0, 0
			c, out, err := b.Apply(Monit(), &step)
			if err != nil || c.Sign != engine.Changes || facts(c.Will)[cassconf.FactRunning] != cassconf.Runs || out.Value.(Out).Services[0].State != running {
				t.Errorf("%s: %s %+v, %v", step.Action, c.Sign, out, err)
			}
		})
	}
}

func TestExitZeroProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.ignore = true
		_, _, err := b.Apply(Monit(), &action{Action: "stop", Group: "cassandra"})
		if engine.ClassOf(err) != engine.ClassTimeout || engine.NextOf(err) == "" ||
			!strings.Contains(err.Error(), "monit stop -g cassandra has not shown its effect: not within 3m0s: cassandra_process: OK; poll_cassandra: OK") {
			t.Errorf("%v", err)
		}
	})
}

func TestLetGoIsNotStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.outlive = true
		step := &action{Action: "stop", Group: "cassandra"}
		_, out, err := b.Apply(Monit(), step)
		if err != nil || out.Value.(Out).Services[0].State != unmonitored {
			t.Errorf("%+v, %v", out, err)
		}
		c, _, _ := b.Apply(Monit(), step) // settling: not done
		if c.Sign != engine.Changes {
			t.Errorf("settled as %s though process %d lives", c.Sign, f.pid)
		}
	})
}

func TestADaemonWithoutPidFileIsNotStopped(t *testing.T) {
	f, b := newFake(t)
	f.monitor[process], f.monitor[program] = 0, 0
	f.kill()
	f.write("/proc/555/cmdline", "java\x00org.apache.cassandra.service.CassandraDaemon\x00")
	c, err := b.Plan(Monit(), &action{Action: "stop", Group: "cassandra"})
	if err != nil || c.Sign != engine.Changes || facts(c.Pre)["monit.cassandra_process"] != unmonitored {
		t.Errorf("%s %v, %v", c.Sign, c.Pre, err)
	}
}

func TestSettlingWaitsForAPendingAction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.act("stop", "cassandra")
		c, _, err := b.Apply(Monit(), &action{Action: "stop", Group: "cassandra"})
		if err != nil || c.Sign != engine.Same || len(f.sent) != 0 {
			t.Errorf("%s, sent %q, %v", c.Sign, f.sent, err)
		}
		var o Out
		if err := json.Unmarshal(c.Out, &o); err != nil || o.Services[0].State != stopped {
			t.Errorf("%s, %v", c.Out, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.slow = 1 << 20
		f.act("stop", "cassandra")
		begin := time.Now()
		v, err := planActual(b, &action{Action: "stop", Group: "cassandra"})
		if err != nil || v.Sign != engine.NotKnown || len(v.Unknown) == 0 || time.Since(begin) > 2*settleLimit {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// A dry run waits for nothing; it says what it cannot know.
func TestADryRunDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.act("stop", "cassandra")
		begin := time.Now()
		c, err := b.Plan(Monit(), &action{Action: "stop", Group: "cassandra"})
		if err != nil || c.Sign != engine.NotKnown || time.Since(begin) > 0 {
			t.Errorf("%s after %s, %v", c.Sign, time.Since(begin), err)
		}
	})
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		step  action
		down  bool
		class engine.Class
		words string
	}{
		"no daemon":    {action{Action: "stop", Group: "cassandra"}, true, engine.ClassConnect, "the monit daemon is not running"},
		"no service":   {action{Action: "stop", Service: "nosuch"}, false, engine.ClassPrecondition, "it has cassandra_process, poll_cassandra, poll_cqlsh"},
		"no group":     {action{Action: "stop", Group: "nosuch"}, false, engine.ClassPrecondition, "'nosuch' not found"},
		"no target":    {action{Action: "stop"}, false, engine.ClassPrecondition, "name a service, or a group"},
		"both targets": {action{Action: "stop", Service: process, Group: "cassandra"}, false, engine.ClassPrecondition, "a service or a group, not both"},
	} {
		f, b := newFake(t)
		f.down = c.down
		_, err := b.Plan(Monit(), &c.step)
		if engine.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "no daemon" && engine.NextOf(err) != "start it: systemctl start monit" {
			t.Errorf("next %q", engine.NextOf(err))
		}
		if len(f.sent) != 0 {
			t.Errorf("%s: sent %q", name, f.sent)
		}
	}
}

func TestProbe(t *testing.T) {
	f, b := newFake(t)
	step := &action{Action: "stop", Group: "cassandra"}
	k := Monit()
	v := engine.NewView(&k, b.Ground, engine.NewFacts(nil), b.Run, "vellum-1")
	for key, want := range map[string]string{factOf(process): running, factOf(program): monitored, factClean: "false", factOf("nosuch"): unknown, cassconf.FactRunning: cassconf.Stopped} {
		if got, err := step.Probe(t.Context(), v, key); err != nil || got != want {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
	f.pending, f.left = "stop", 1<<20
	if got, _ := step.Probe(t.Context(), v, factOf(process)); got != changing {
		t.Errorf("%q", got)
	}
}
