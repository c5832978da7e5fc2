package monit_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/engine"
	"tidemark/engine/enginetest"
	"tidemark/steps/internal/monit"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../testdata/monit", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// bench is a node with Clearwater's monit files; page is the status page, summary the text.
func bench(t *testing.T, page []byte, summary string) (*monit.Monit, *enginetest.Ground) {
	t.Helper()
	g := &enginetest.Ground{Dir: t.TempDir()}
	g.OnGet = func(string) ([]byte, error) {
		if page == nil {
			return nil, engine.Failf(engine.ClassConnect, "connection refused")
		}
		return page, nil
	}
	g.OnExec = func([]string) (engine.Result, error) { return engine.Result{Stdout: []byte(summary)}, nil }
	for to, from := range map[string]string{"/etc/monit/monitrc": "monitrc", "/etc/monit/conf.d/cassandra.monit": "cassandra.monit"} {
		write(t, g.Dir+to, string(sample(t, from)))
	}
	return monit.New(host(g)), g
}

func host(g *enginetest.Ground) *engine.Host {
	return engine.NewHost(engine.NewView(&engine.Kind{Name: "test"}, g, engine.NewFacts(nil), "run", "vellum-1"), enginetest.Marks{})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, services []monit.Service, name string) monit.Service {
	t.Helper()
	i := slices.IndexFunc(services, func(s monit.Service) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no %s in %+v", name, services)
	}
	return services[i]
}

func TestStatusPage(t *testing.T) {
	cassandra := monit.Service{Name: "cassandra_process", Type: monit.TypeProcess, Groups: []string{"cassandra"}, PIDFile: "/var/run/cassandra/cassandra.pid"}
	for _, c := range []struct {
		page                          string
		status, monitor, pending, pid int
		good, off                     bool
	}{
		{"5.33-running.xml", 0, 1, 0, 9693, true, false},
		{"5.33-stop-pending.xml", 0, 1, 3, 10042, false, false},
		{"5.33-stopped.xml", 0, 0, 0, 0, false, true},
		{"5.33-unmonitored.xml", 0, 0, 0, 0, false, true},
		{"5.33-process-killed.xml", 2048, 1, 0, 0, false, false},
		{"5.33-initializing.xml", 2560, 2, 0, 0, false, false},
	} {
		m, _ := bench(t, sample(t, c.page), "")
		services, err := m.Services(t.Context())
		if err != nil || len(services) != 4 {
			t.Fatalf("%s: %d services, %v", c.page, len(services), err)
		}
		want := cassandra
		want.Status, want.Monitor, want.Pending, want.PID = c.status, c.monitor, c.pending, c.pid
		got := find(t, services, "cassandra_process")
		if d := cmp.Diff(want, got); d != "" || got.Good() != c.good || got.NotMonitored() != c.off {
			t.Errorf("%s: good %t, not monitored %t %s", c.page, got.Good(), got.NotMonitored(), d)
		}
	}
}

func TestWaitingProgramIsGood(t *testing.T) {
	m, _ := bench(t, sample(t, "5.33-running.xml"), "")
	services, err := m.Services(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s := find(t, services, "poll_cqlsh"); s.Monitor != 5 || !s.Good() || s.Type != monit.TypeProgram || s.Groups != nil {
		t.Errorf("%+v", s)
	}
}

func TestStatusPageOfAnUnknownShapeFallsBackToTheText(t *testing.T) {
	text := string(sample(t, "5.33-summary.txt"))
	for _, page := range []string{"", "<html><body>login</body></html>", "<monit></monit>", `<monit><service type="3"><status>0</status></service></monit>`, "<monit><service type='3'><name>x</name>"} {
		m, g := bench(t, []byte(page), text)
		services, err := m.Services(t.Context())
		if err != nil || len(services) != 7 || !slices.Equal(g.Calls(), []string{"monit summary"}) {
			t.Errorf("%q: %d services, %v, asked %q", page, len(services), err, g.Calls())
		}
	}
}

func TestAbsentNumbersAreUnknownNotZero(t *testing.T) {
	m, _ := bench(t, []byte(`<monit><service type="3"><name>cassandra_process</name></service></monit>`), "")
	services, err := m.Services(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s := services[0]; s.Good() || s.NotMonitored() || s.Words() != "status unknown, an action is pending" {
		t.Errorf("%+v %s", s, s.Words())
	}
}

func TestText(t *testing.T) {
	type state struct {
		Words     string
		Good, Off bool
	}
	for file, want := range map[string]map[string]state{
		"5.33-summary.txt": {
			"cassandra_process": {"OK, an action is pending", false, false},
			"poll_cassandra":    {"not monitored", false, true},
			"poll_cqlsh":        {"initialising", false, false},
			"memcached_process": {"status unknown, an action is pending", false, false},
			"chronos_process":   {"does not exist", false, false},
			"etcd_process":      {"status unknown", false, false},
			"vellum-1":          {"OK", true, false},
		},
		"5.16-summary.txt": {
			"cassandra_process": {"OK", true, false},
			"poll_cassandra":    {"OK", true, false},
			"poll_cqlsh":        {"OK", true, false},
			"memcached_process": {"not monitored", false, true},
			"chronos_process":   {"OK, an action is pending", false, false},
			"etcd_process":      {"status unknown", false, false},
			"vellum-1":          {"OK", true, false},
		},
	} {
		m, _ := bench(t, nil, string(sample(t, file)))
		services, err := m.Services(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		got := map[string]state{}
		for _, s := range services {
			got[s.Name] = state{s.Words(), s.Good(), s.NotMonitored()}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
}

func TestTextOfAnUnknownShapeIsAnError(t *testing.T) {
	for _, text := range []string{
		"", "Monit 5.33.0 uptime: 1m\n", "all is well\n",
		" Service Name                     Status                      Type          \n cassandra_process OK Process\n",
		"Process 'cassandra_process'\n",
	} {
		m, _ := bench(t, nil, text)
		if s, err := m.Services(t.Context()); err == nil {
			t.Errorf("%q: %+v", text, s)
		}
	}
}

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
