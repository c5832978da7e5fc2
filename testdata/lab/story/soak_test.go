package story

import (
	"testing"
	"time"
)

// TestKilledAnywhere kills the controller at random moments, six times in each of four restores.
func TestKilledAnywhere(t *testing.T) {
	soak(t)
	moments := chance(t)
	for range 4 {
		op := operator(t)
		lab(t, "load", "--lines", "500", "--phase", "base")
		want := lab(t, "digest")
		op.must("run", "backup-vellum", "--yes")
		lab(t, "load", "--lines", "500", "--phase", "newer")
		before := counts(t)
		op.killAt("gate/", "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
		for range 5 {
			op.killAfter(time.Duration(moments.IntN(12000)) * time.Millisecond)
		}
		if op.seen("closed", "") == 0 {
			op.must("resume", "--yes=lab")
		}
		same(t, want)
		once(t, before, "nodetool.log: drain", "monit.log: stop -g cassandra", "monit.log: start cassandra_process")
		op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
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
