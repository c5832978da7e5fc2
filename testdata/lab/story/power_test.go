package story

import (
	"fmt"
	"testing"
	"time"
)

// TestCrashInTheExchange: a whole node crashes while its tables are exchanged and comes up with Cassandra started on
// what was half exchanged. It boots, and resume brings the right end.
func TestCrashInTheExchange(t *testing.T) {
	crash(t, 0)
}

// TestCrashAtManyPoints crashes at growing distances from the first exchange.
func TestCrashAtManyPoints(t *testing.T) {
	soak(t)
	for ms := 20; ms < 800; ms += 60 {
		t.Run(fmt.Sprintf("%d ms", ms), func(t *testing.T) { crash(t, time.Duration(ms)*time.Millisecond) })
	}
}

func crash(t *testing.T, after time.Duration) {
	t.Helper()
	op := operator(t)
	lab(t, "load", "--lines", "500", "--phase", "base")
	want := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	lab(t, "load", "--lines", "500", "--phase", "newer")
	p := op.startTo("restore/restore[homestead_cache]@vellum-2", "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
	time.Sleep(after)
	lab(t, "crash", "vellum-2")
	p.kill()
	lab(t, "start", "vellum-2")
	on(t, "vellum-2", `for i in $(seq 50); do monit start cassandra_process && break; sleep 0.2; done
		for i in $(seq 120); do nodetool statusbinary 2>/dev/null | grep -q "^running" && exit 0; sleep 0.2; done; exit 1`)
	op.must("resume", "--yes=lab")
	same(t, want)
	op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}
