package story

import (
	"os"
	"strings"
	"testing"
	"time"
)

// soak is for what takes long.
func soak(t *testing.T) {
	t.Helper()
	if os.Getenv("TIDEMARK_SOAK") == "" {
		t.Skip("TIDEMARK_SOAK is not set")
	}
}

// TestOnlyTheParentDies: kill -9 of the task's own process with its command alive. The command counts as the task;
// when it ends, its work is found done and not repeated.
func TestOnlyTheParentDies(t *testing.T) {
	op := operator(t)
	p := started(op, slow(t, 7))
	killParent(t, "vellum-2")
	if code := p.wait(); code != 0 {
		t.Errorf("status %d:\n%s", code, p.out)
	}
	did(t, "first", "second")
	if n := op.seen("settled", "work/first@vellum-2"); n != 1 {
		t.Errorf("the outcome was settled %d times, want once:\n%s", n, p.out)
	}
}

// killParent kills the process of the task that runs on a host, and nothing that it started.
func killParent(t *testing.T, host string) {
	t.Helper()
	signalParent(t, host, "KILL")
}

// signalParent sends a signal to the process of the task that runs on a host, and to nothing that it started.
func signalParent(t *testing.T, host, signal string) {
	t.Helper()
	// The process that waits for the next task has no child yet.
	line := `for p in $(pgrep -xf 'tidemark agent task'); do if pgrep -P "$p" >/dev/null; then kill -` + signal + ` "$p" && echo "$p"; fi; done`
	if got := strings.Fields(on(t, host, line)); len(got) != 1 {
		t.Fatalf("%d processes got SIG%s, want 1", len(got), signal)
	}
}

// TestTheRestOfATaskIsCancelled: kill -9 of the task's own process with a command that would go on for long. cancel stops
// that command, too, and says so.
func TestTheRestOfATaskIsCancelled(t *testing.T) {
	op := operator(t)
	p := started(op, slow(t, 100))
	killParent(t, "vellum-2")
	said(t, op.must("cancel"), "cancelled work/first@vellum-2: its process was gone; what it had started was stopped: ", "(sleep)", "cancelled work/first@vellum-1\n")
	if code := p.wait(); code == 0 {
		t.Errorf("a cancelled run ended with 0:\n%s", p.out)
	}
	if n := sleeping(t, 100); n != 0 {
		t.Errorf("after cancel the command still runs on %d nodes", n)
	}
	op.must("abandon", op.id(), "--yes")
}

// TestCable: while a task runs, one node's cable is out and another's loses every frame. Both are noticed after three
// missed pings, the tasks go on, and when the cables are whole again the run goes on with them.
func TestCable(t *testing.T) {
	op := operator(t)
	p := started(op, slow(t, 25))
	heal := func() { lab(t, "fault", "vellum-3", "heal"); lab(t, "fault", "vellum-1", "heal") }
	t.Cleanup(heal)
	lab(t, "fault", "vellum-3", "cut")
	lab(t, "fault", "vellum-1", "silent")
	p.until("both losses were noticed", func() bool { return lost(op, "vellum-3") == 1 && lost(op, "vellum-1") == 1 })
	heal()
	if code := p.wait(); code != 0 {
		t.Errorf("status %d:\n%s", code, p.out)
	}
	did(t, "first", "second")
	for _, host := range vellums {
		if n := op.seen("begin", "work/first@"+host); n != 1 {
			t.Errorf("the task on %s was begun %d times", host, n)
		}
	}
}

// lost counts the losses of a node.
func lost(op person, node string) int {
	n := 0
	for _, e := range op.events() {
		if e.Type == "lost" && e.Node == node {
			n++
		}
	}
	return n
}

// TestCableInEveryPhase cuts a node's cable for a minute in each phase of a backup and a restore.
func TestCableInEveryPhase(t *testing.T) {
	soak(t)
	op := operator(t)
	lab(t, "load", "--lines", "500", "--phase", "base")
	want := lab(t, "digest")
	minute(op, "snapshot/snapshot@vellum-2", "run", "backup-vellum", "--yes")
	for _, at := range []string{"prepare/staged[homer]", "restore/restore[homer]", "repair/repair"} {
		lab(t, "load", "--lines", "500", "--phase", "newer")
		minute(op, at+"@vellum-2", "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
		same(t, want)
		op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
	}
}

// minute cuts vellum-2 for a minute when the task begins. A repair of a ring that is cut apart fails, which resume
// mends; everything else must come through by itself.
func minute(op person, task string, args ...string) {
	op.t.Helper()
	p := op.startTo(task, args...)
	lab(op.t, "fault", "vellum-2", "cut")
	time.Sleep(time.Minute)
	lab(op.t, "fault", "vellum-2", "heal")
	code := p.wait()
	if lost(op, "vellum-2") == 0 {
		op.t.Errorf("%s: the loss was not noticed", task)
	}
	switch {
	case code != 0 && strings.HasPrefix(task, "repair/"):
		lab(op.t, "up")
		op.must("resume", "--yes=lab")
	case code != 0:
		op.t.Fatalf("%s: status %d\n%s", task, code, p.out)
	case op.seen("begin", task) != 1:
		op.t.Errorf("%s was begun again", task)
	}
}
