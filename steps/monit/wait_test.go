package monit

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/engine"
	"tidemark/engine/enginetest"
)

func actual(b *enginetest.Bench, k engine.Kind) *engine.View {
	v := engine.NewView(&k, b.Ground, engine.NewFacts(nil), b.Run, "vellum-1")
	v.Actual = true
	v.Remember(b.Marks)
	return v
}

func planActual(b *enginetest.Bench, s engine.Step) (engine.Change, error) {
	return planWith(b, s, true)
}

// planWith plans on the real state: to settle an earlier attempt, or right before Apply.
func planWith(b *enginetest.Bench, s engine.Step, settling bool) (engine.Change, error) {
	v := actual(b, Monit())
	v.Settling = settling
	return s.Plan(b.T.Context(), v)
}

// waitFor applies a wait that ends after limit.
func waitFor(b *enginetest.Bench, s *wait, limit time.Duration) (engine.Output, error) {
	ctx, cancel := context.WithTimeout(b.T.Context(), limit)
	defer cancel()
	return s.Apply(ctx, engine.NewHost(actual(b, WaitMonit()), b.Marks), engine.Change{})
}

func TestStoppedNeedsAllEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(f *fake, b *enginetest.Bench)
		words   string
	}{
		"all gone":  {func(f *fake, _ *enginetest.Bench) { f.monitor[process] = 0; f.kill() }, ""},
		"monitored": {func(f *fake, _ *enginetest.Bench) { f.kill() }, "monit says: does not exist"},
		"process":   {func(f *fake, _ *enginetest.Bench) { f.monitor[process] = 0 }, "process 100 lives"},
		"CQL": {func(f *fake, b *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			b.Ground.Open["10.0.0.1:9042"] = true
		}, "port 10.0.0.1:9042 is open"},
		"storage": {func(f *fake, b *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			b.Ground.Open["10.0.0.1:7000"] = true
		}, "port 10.0.0.1:7000 is open"},
		"JMX": {func(f *fake, b *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			b.Ground.Open["127.0.0.1:7199"] = true
		}, "port 127.0.0.1:7199 is open"},
		"own port": {func(f *fake, b *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			b.Ground.Open["127.0.0.1:9160"] = true
		}, "port 9160 is open"},
		"pending": {func(f *fake, _ *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			f.pending, f.left = "start", 1<<20
		}, "an action is pending"},
		"lost process": {func(f *fake, _ *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			f.write("/proc/77/cmdline", "java\x00org.apache.cassandra.service.CassandraDaemon\x00")
		}, "process 77 lives"},
		"bad pid file": {func(f *fake, _ *enginetest.Bench) {
			f.monitor[process] = 0
			f.kill()
			f.write("/run/cassandra.pid", "?")
		}, "not a process number"},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, b := newFake(t)
			c.arrange(f, b)
			out, err := waitFor(b, &wait{Service: process, State: stopped, Ports: []string{"9160"}}, time.Minute)
			switch {
			case c.words == "" && (err != nil || out.Value != ServiceOut{Name: process, State: stopped}):
				t.Errorf("%s: %+v, %v", name, out, err)
			case c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words) || !strings.HasPrefix(err.Error(), "cassandra_process is not stopped: not within 1m0s: ")):
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// Where monit's configuration names no pid file, that of the step tells of the process.
func TestStoppedByThePidFileOfTheStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.write("/etc/monit/monitrc", "set httpd port 2812 allow admin:monit\ncheck process cassandra_process matching java\n")
		f.monitor[process] = 0
		step := &wait{Service: process, State: stopped, PIDFile: "/run/cassandra.pid"}
		if _, err := waitFor(b, step, time.Minute); err == nil || !strings.Contains(err.Error(), "process 100 lives") {
			t.Errorf("%v", err)
		}
		f.kill()
		if _, err := waitFor(b, step, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestEarlierSeenProcessMustGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		f.outlive = true
		f.act("stop", "cassandra")
		begin := time.Now()
		f.each = func() { // the script gives up and removes the pid file, the process lives on
			if time.Since(begin) > 2*time.Second {
				_ = os.Remove(filepath.Join(f.dir, "run/cassandra.pid"))
			}
			if time.Since(begin) > 12*time.Second && f.pid != 0 {
				f.kill()
			}
		}
		if _, err := waitFor(b, &wait{Service: process, State: stopped}, time.Minute); err != nil || time.Since(begin) < 12*time.Second {
			t.Errorf("stopped after %s, %v", time.Since(begin), err)
		}
	})
}

func TestOtherStates(t *testing.T) {
	for name, c := range map[string]struct {
		service, state string
		arrange        func(f *fake)
		ports          []string
		words          string
	}{
		"runs":               {process, running, func(*fake) {}, nil, ""},
		"its port is closed": {process, running, func(*fake) {}, []string{"10.0.0.1:9042"}, "port 10.0.0.1:9042 is closed"},
		"dead":               {process, running, func(f *fake) { f.kill() }, nil, "monit says: does not exist"},
		"program runs":       {lone, running, func(*fake) {}, nil, ""},
		"monitored":          {process, monitored, func(f *fake) { f.kill() }, nil, ""},
		"not monitored":      {process, monitored, func(f *fake) { f.monitor[process] = 0 }, nil, "not monitored"},
		"unmonitored":        {process, unmonitored, func(f *fake) { f.monitor[process] = 0 }, nil, ""},
		"still monitored":    {process, unmonitored, func(*fake) {}, nil, "monit says: OK"},
	} {
		synctest.Test(t, func(t *testing.T) {
			f, b := newFake(t)
			c.arrange(f)
			_, err := waitFor(b, &wait{Service: c.service, State: c.state, Ports: c.ports}, 10*time.Second)
			if (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestWaitEndsAtOnceWhenWaitingCannotHelp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, b := newFake(t)
		begin := time.Now()
		if _, err := waitFor(b, &wait{Service: "nosuch", State: stopped}, time.Hour); engine.ClassOf(err) != engine.ClassPrecondition {
			t.Errorf("%v", err)
		}
		f.down = true
		_, err := waitFor(b, &wait{Service: process, State: stopped}, time.Hour)
		if engine.ClassOf(err) != engine.ClassConnect || !strings.Contains(err.Error(), "daemon is not running") || engine.NextOf(err) == "" {
			t.Errorf("%v", err)
		}
		if time.Since(begin) > time.Minute {
			t.Errorf("after %s", time.Since(begin))
		}
	})
}

func TestPlanOfWait(t *testing.T) {
	f, b := newFake(t)
	step := &wait{Service: process, State: stopped}
	c, err := b.Plan(WaitMonit(), step)
	if err != nil || c.Sign != engine.NotKnown || c.Risk != engine.Harmless || c.Details[0] != "cassandra_process is now: OK" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := b.Plan(Monit(), &action{Action: "restart", Service: process}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Plan(WaitMonit(), step); engine.ClassOf(err) != engine.ClassPrecondition || !strings.Contains(err.Error(), "would be running here and never stopped") {
		t.Errorf("%v", err)
	}
	if _, err := b.Plan(Monit(), &action{Action: "stop", Group: "cassandra"}); err != nil {
		t.Fatal(err)
	}
	if c, err := b.Plan(WaitMonit(), step); err != nil || c.Sign != engine.NotKnown {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := step.Plan(t.Context(), actual(b, WaitMonit())); err != nil || c.Sign != engine.NotKnown || len(c.Unknown) == 0 {
		t.Errorf("%+v, %v", c, err)
	}
	f.monitor[process] = 0
	f.kill()
	if c, err := step.Plan(t.Context(), actual(b, WaitMonit())); err != nil || c.Sign != engine.Same || c.Summary != "cassandra_process is stopped" || string(c.Out) != `{"name":"cassandra_process","state":"stopped","pid":0}` {
		t.Errorf("%+v %s, %v", c, c.Out, err)
	}
}
