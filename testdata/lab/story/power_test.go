package story

import (
	"fmt"
	"slices"
	"testing"
)

// allTables is how many exchanges a whole restore takes on a node: one for each table.
const allTables = 9

// TestCrashInTheExchange: a whole node crashes while its tables are exchanged and comes up with Cassandra started on
// what was half exchanged. It boots, and resume brings the right end.
func TestCrashInTheExchange(t *testing.T) {
	crash(t, 1+chance(t).IntN(allTables), true)
}

// TestCrashAtEachExchange crashes right behind each exchange of a table, with Cassandra up again before the run is
// resumed and with Cassandra still starting.
func TestCrashAtEachExchange(t *testing.T) {
	soak(t)
	for n := 1; n <= allTables; n++ {
		t.Run(fmt.Sprintf("table %d", n), func(t *testing.T) { crash(t, n, n%2 == 1) })
	}
}

// crash lets vellum-2 crash behind its exchange number n, before the next one, starts it with monit watching
// Cassandra, and resumes, at once or when Cassandra serves again.
func crash(t *testing.T, n int, serving bool) {
	t.Helper()
	t.Logf("crash behind exchange %d; waits until Cassandra serves: %t", n, serving)
	op := operator(t)
	lab(t, "load", "--lines", "500", "--phase", "base")
	want := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	lab(t, "load", "--lines", "500", "--phase", "newer")
	seen := crashed(t, op, n)
	lab(t, "start", "vellum-2")
	again := watch(t, labDir, "vellum-2", nil)
	on(t, "vellum-2", `for i in $(seq 50); do monit start cassandra_process && exit 0; sleep 0.2; done; exit 1`)
	if serving {
		on(t, "vellum-2", `for i in $(seq 120); do nodetool statusbinary 2>/dev/null | grep -q "^running" && exit 0; sleep 0.2; done; exit 1`)
	}
	op.must("resume", "--yes=lab")
	same(t, want)
	// Cassandra ran in between, so what it soiled is exchanged afresh; what still waited is exchanged for the first time.
	seen = append(seen, again.exchanged()...)
	slices.Sort(seen)
	if all := slices.Compact(seen); len(all) != allTables {
		t.Errorf("exchanged were %q", all)
	}
	op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}

// crashed runs a restore until exchange n on vellum-2, freezes the task there, and lets the host crash.
func crashed(t *testing.T, op person, n int) []string {
	t.Helper()
	live := 0
	p, w := op.frozenAt("vellum-2", func(c change) bool {
		if c.exchanged() != "" {
			live++
		}
		return live == n
	}, "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
	lab(t, "crash", "vellum-2")
	w.end()
	p.kill()
	seen := w.exchanged()
	if len(seen) != n {
		t.Errorf("it crashed behind exchange %d of %q, wanted %d", len(seen), seen, n)
	}
	return seen
}
