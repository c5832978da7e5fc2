package monit

import (
	"testing"

	"tidemark/engine"
	"tidemark/steps/internal/monit"
)

// TestStateOfAService: what monit did not say clearly is unknown, and whatever is to be done to it is not known either.
func TestStateOfAService(t *testing.T) {
	const file = "/run/other.pid"
	of := func(kind, status, monitor, pending int, pidFile string) monit.Service {
		return monit.Service{Name: "other", Type: kind, Status: status, Monitor: monitor, Pending: pending, PIDFile: pidFile}
	}
	for name, c := range map[string]struct {
		service monit.Service
		want    string
	}{
		"runs":                        {of(monit.TypeProcess, 0, 1, 0, file), running},
		"fails":                       {of(monit.TypeProcess, 512, 1, 0, file), monitored},
		"program":                     {of(monit.TypeProgram, 0, 1, 0, ""), monitored},
		"status not known":            {of(monit.TypeProcess, monit.Unknown, 1, 0, file), unknown},
		"monitoring not known":        {of(monit.TypeProcess, 0, monit.Unknown, 0, file), unknown},
		"action not known":            {of(monit.TypeProcess, 0, 1, monit.Unknown, file), unknown},
		"an action":                   {of(monit.TypeProcess, 0, 0, 3, file), changing},
		"let go, gone":                {of(monit.TypeProcess, 0, 0, 0, file), stopped},
		"let go, which process":       {of(monit.TypeProcess, 0, 0, 0, ""), unmonitored},
		"let go, alive":               {of(monit.TypeProcess, 0, 0, 0, "/run/cassandra.pid"), unmonitored},
		"let go, no process to be":    {of(monit.TypeProgram, 0, 0, 0, ""), unmonitored},
		"Cassandra, let go and alive": {monit.Service{Name: process, Type: monit.TypeProcess, PIDFile: file}, unmonitored},
	} {
		t.Run(name, func(t *testing.T) {
			f, b := newFake(t)
			f.write("/proc/77/cmdline", "java\x00org.apache.cassandra.service.CassandraDaemon\x00")
			got, err := probe(actual(b, Monit()), c.service)
			if err != nil || got != c.want {
				t.Errorf("%s, %v; wanted %s", got, err, c.want)
			}
			for _, act := range []string{"start", "stop", "restart", "monitor", "unmonitor"} {
				sign := (&action{Action: act}).sign(c.service, got)
				if (sign == engine.NotKnown) != (got == unknown || got == changing) {
					t.Errorf("%s: %s", act, sign)
				}
			}
		})
	}
}

// TestEffectOfAnAction: an action is waited for until monit has finished it, and a restart until another process runs.
func TestEffectOfAnAction(t *testing.T) {
	f, b := newFake(t)
	h := engine.NewHost(actual(b, Monit()), b.Marks)
	cassandra := monit.Service{Name: process, Type: monit.TypeProcess, Monitor: 1, PIDFile: "/run/cassandra.pid"}
	restart := &action{Action: "restart", Service: process}
	if err := restart.noteProcesses(h, []monit.Service{cassandra}); err != nil {
		t.Fatal(err)
	}
	seen := func(s *action, service monit.Service) bool {
		t.Helper()
		ok, err := s.effect(h, service)
		if err != nil {
			t.Error(err)
		}
		return ok
	}
	if seen(restart, cassandra) {
		t.Error("restarted, by the process that ran before")
	}
	f.start(300)
	if !seen(restart, cassandra) {
		t.Error("another process is no restart")
	}
	if !seen(restart, monit.Service{Name: lone, Type: monit.TypeProgram, Monitor: 1}) {
		t.Error("a program has no process to wait for")
	}
	for service, want := range map[*monit.Service]bool{{Monitor: 0}: false, {Monitor: 1, Pending: 3}: false, {Monitor: 2}: true} {
		if got := seen(&action{Action: "monitor"}, *service); got != want {
			t.Errorf("monitor %d, pending %d: %t", service.Monitor, service.Pending, got)
		}
	}
}

// TestWhatMonitSays: its word counts for a state only with nothing pending, and a running process has a number.
func TestWhatMonitSays(t *testing.T) {
	for name, c := range map[string]struct {
		state   string
		service monit.Service
		alive   []int
		enough  bool
	}{
		"monitored":                  {monitored, monit.Service{Monitor: 1}, nil, true},
		"monitored, an action":       {monitored, monit.Service{Monitor: 1, Pending: 3}, nil, false},
		"running":                    {running, monit.Service{Type: monit.TypeProcess, Monitor: 1, PID: 7}, nil, true},
		"running, by its pid file":   {running, monit.Service{Type: monit.TypeProcess, Monitor: 1}, []int{7}, true},
		"running, nobody":            {running, monit.Service{Type: monit.TypeProcess, Monitor: 1}, nil, false},
		"running, not well":          {running, monit.Service{Type: monit.TypeProcess, Monitor: 1, PID: 7, Status: 32}, []int{7}, false},
		"running, a program":         {running, monit.Service{Type: monit.TypeProgram, Monitor: 1}, nil, true},
		"let go, an action":          {stopped, monit.Service{Pending: 3}, nil, false},
		"unmonitored, still watched": {unmonitored, monit.Service{Monitor: 1}, nil, false},
	} {
		w := (&wait{State: c.state}).watch(nil)
		w.last = c.service
		if got := w.says(c.alive); (got == nil) != c.enough {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestPortsAreAskedWhereTheyAre: Cassandra listens in its own network namespace, others on the machine.
func TestPortsAreAskedWhereTheyAre(t *testing.T) {
	for service, want := range map[string]engine.Space{process: engine.Signaling, "other": engine.Machine} {
		if got := (&wait{Service: service}).watch(nil).space(); got != want {
			t.Errorf("%s: %v", service, got)
		}
	}
}
