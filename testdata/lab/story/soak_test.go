package story

import (
	"strings"
	"testing"
	"time"
)

// TestKilledAnywhere kills the controller at random moments, six times in each of four restores, and now and then the
// task of a node with it.
func TestKilledAnywhere(t *testing.T) {
	soak(t)
	moments := chance(t)
	for range 4 {
		op := operator(t)
		lab(t, "load", "--lines", "500", "--phase", "base")
		want := lab(t, "digest")
		op.must("run", "backup-vellum", "--yes")
		saved := op.id()
		lab(t, "load", "--lines", "500", "--phase", "newer")
		leave(t)
		before, seen := counts(t), watchAll(t)
		op.killAt("gate/", "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
		for range 5 {
			op.killAfter(time.Duration(moments.IntN(12000)) * time.Millisecond)
			if moments.IntN(2) == 0 {
				killTask(t, vellums[moments.IntN(len(vellums))])
			}
		}
		if op.seen("closed", "") == 0 {
			op.must("resume", "--yes=lab")
		}
		same(t, want)
		run, journal := op.id(), op.events()
		once(t, before, restoreCalls(), journal)
		op.must("run", "release-restore-vellum", "--input", "run="+run, "--yes=lab")
		eachOnce(t, seen, run, saved, journal)
	}
}

// killAfter resumes the open run and kills it after a while, if it did not end by then.
func (s person) killAfter(d time.Duration) {
	s.t.Helper()
	if s.seen("closed", "") > 0 {
		return
	}
	p := s.start("resume", "--yes=lab")
	select {
	case <-p.done:
	case <-time.After(d):
	}
	p.kill()
	s.t.Logf("killed after %s", d)
}

// killTask kills what works for tidemark on a host, as a node short of memory does.
func killTask(t *testing.T, host string) {
	t.Helper()
	killed := on(t, host, "pkill -9 -c -xf 'tidemark agent task' || true")
	t.Logf("killed on %s: %s processes", host, strings.TrimSpace(killed))
}
