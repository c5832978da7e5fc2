package monit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
