package monit_test

import (
	"os"
	"path/filepath"
	"slices"
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
