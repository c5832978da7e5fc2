package monit_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/monit"
)

// TestGroupComesFromTheConfiguration: the command opens monit's log for writing, which a dry run cannot.
func TestGroupComesFromTheConfiguration(t *testing.T) {
	m, g := bench(t, sample(t, "5.33-running.xml"), string(sample(t, "5.33-summary-group.txt")))
	services, err := m.Group(t.Context(), "cassandra")
	if err != nil || len(services) != 2 || services[0].PID != 9693 || services[1].Name != "poll_cassandra" {
		t.Errorf("%+v, %v", services, err)
	}
	if len(g.Calls()) != 0 {
		t.Errorf("asked %q", g.Calls())
	}
}

func TestGroupIsAskedWhereTheConfigurationIsSilent(t *testing.T) {
	m, g := ungrouped(t, string(sample(t, "5.33-summary-group.txt")))
	services, err := m.Group(t.Context(), "cassandra")
	if err != nil || len(services) != 2 || services[0].PID != 9693 || services[1].Name != "poll_cassandra" {
		t.Errorf("%+v, %v", services, err)
	}
	if !slices.Equal(g.Calls(), []string{"monit summary -g cassandra"}) {
		t.Errorf("asked %q", g.Calls())
	}
}

// ungrouped is a bench whose configuration names no group.
func ungrouped(t *testing.T, summary string) (*monit.Monit, *enginetest.Ground) {
	t.Helper()
	m, g := bench(t, sample(t, "5.33-running.xml"), summary)
	if err := os.Remove(g.Dir + "/etc/monit/conf.d/cassandra.monit"); err != nil {
		t.Fatal(err)
	}
	return m, g
}

func TestGroupFindsCutNamesOnlyWhenOneFits(t *testing.T) {
	row := " %-32s OK                          Process       \n"
	head := " Service Name                     Status                      Type          \n"
	cut := head + strings.Replace(row, "%-32s", "cassandra_pro...                ", 1)
	m, _ := ungrouped(t, cut)
	if s, err := m.Group(t.Context(), "cassandra"); err != nil || s[0].Name != "cassandra_process" {
		t.Errorf("%+v, %v", s, err)
	}
	m, _ = ungrouped(t, head+strings.Replace(row, "%-32s", "poll_c...                       ", 1))
	if s, err := m.Group(t.Context(), "cassandra"); err == nil {
		t.Errorf("two fit: %+v", s)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		stderr string
		class  engine.Class
	}{
		{"Monit: the monit daemon is not running\n", engine.ClassConnect},
		{"Group 'nosuch' not found\n", engine.ClassPrecondition},
		{"There is no service named \"nosuch\"\n", engine.ClassPrecondition},
		{"", engine.ClassExit},
	} {
		m, g := bench(t, sample(t, "5.33-running.xml"), "")
		g.OnExec = func([]string) (engine.Result, error) {
			return engine.Result{Code: 1, Stderr: []byte(c.stderr)}, nil
		}
		err := m.Do(t.Context(), "stop", "nosuch", true)
		if err == nil || engine.ClassOf(err) != c.class || engine.ExitOf(err) != 1 && c.class != engine.ClassConnect || (engine.NextOf(err) == "") != (c.class == engine.ClassExit) {
			t.Errorf("%q: %v, class %s", c.stderr, err, engine.ClassOf(err))
		}
	}
}

func TestDoSendsNothingWithoutADaemon(t *testing.T) {
	m, g := bench(t, nil, "")
	g.OnExec = func([]string) (engine.Result, error) {
		return engine.Result{Code: 1, Stderr: []byte("Monit: the monit daemon is not running\n")}, nil
	}
	err := m.Do(t.Context(), "monitor", "cassandra", true)
	if err == nil || err.Error() != monit.ErrNoDaemon.Error() || engine.NextOf(err) != "start it: systemctl start monit" || !slices.Equal(g.Calls(), []string{"monit summary"}) {
		t.Errorf("%v, sent %q", err, g.Calls())
	}
}

func TestDoSendsExactlyTheAction(t *testing.T) {
	m, g := bench(t, sample(t, "5.33-running.xml"), "")
	if err := errors.Join(m.Do(t.Context(), "unmonitor", "poll_cqlsh", false), m.Do(t.Context(), "stop", "cassandra", true)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(g.Calls(), []string{"monit unmonitor poll_cqlsh", "monit stop -g cassandra"}) {
		t.Errorf("%q", g.Calls())
	}
	for action, name := range map[string]string{"stop": "-c", "start": "", "quit": "cassandra", "monitor": "a b"} {
		if err := m.Do(t.Context(), action, name, false); err == nil {
			t.Errorf("%s %q was sent", action, name)
		}
	}
	if len(g.Calls()) != 2 {
		t.Errorf("%q", g.Calls())
	}
}

func TestPIDAndLife(t *testing.T) {
	m, g := bench(t, nil, "")
	s := monit.Service{PIDFile: "/run/c.pid"}
	if pid, err := m.PID(s); pid != 0 || err != nil {
		t.Errorf("no file: %d, %v", pid, err)
	}
	write(t, g.Dir+"/run/c.pid", "4711\n")
	if pid, err := m.PID(s); pid != 4711 || err != nil {
		t.Errorf("%d, %v", pid, err)
	}
	for _, text := range []string{"", "java", "-1", "0"} {
		write(t, g.Dir+"/run/c.pid", text)
		if pid, err := m.PID(s); err == nil {
			t.Errorf("%q: %d", text, pid)
		}
	}
	for stat, want := range map[string]bool{"4711 (java) S 1 4711": true, "4711 (a) Z b) S 1": true, "4711 (java) Z 1": false, "4711 (java) D 1": true} {
		write(t, g.Dir+"/proc/4711/stat", stat)
		if alive, err := m.Alive(4711); alive != want || err != nil {
			t.Errorf("%q: %t, %v", stat, alive, err)
		}
	}
	write(t, g.Dir+"/proc/4711/stat", "")
	if alive, err := m.Alive(4711); err == nil {
		t.Errorf("an empty line: %t", alive)
	}
	if alive, err := m.Alive(4712); alive || err != nil {
		t.Errorf("no process: %t, %v", alive, err)
	}
}
