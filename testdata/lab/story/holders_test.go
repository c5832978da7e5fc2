package story

import (
	"strings"
	"testing"
)

// TestInterruptedOnce: Ctrl-C starts nothing new and waits for what runs; resume does the rest.
func TestInterruptedOnce(t *testing.T) {
	op := operator(t)
	p := started(op, slow(t, 7))
	p.interrupt()
	if code := p.wait(); code != 130 {
		t.Errorf("status %d, want 130", code)
	}
	if out := p.out.String(); !strings.Contains(out, "nothing new starts") {
		t.Errorf("it does not say that nothing new starts:\n%s", out)
	}
	if ended := op.seen("end", "work/first"); ended != len(vellums) {
		t.Errorf("%d of %d tasks were waited for", ended, len(vellums))
	}
	did(t, "first")
	op.must("resume", "--yes=lab")
	did(t, "first", "second")
}

// TestInterruptedTwice: the second Ctrl-C detaches; the tasks go on and are found again.
func TestInterruptedTwice(t *testing.T) {
	op := operator(t)
	p := started(op, slow(t, 21))
	p.interrupt()
	p.until("stopping", func() bool { return strings.Contains(p.out.String(), "stopping") })
	p.interrupt()
	if code := p.wait(); code != 130 {
		t.Errorf("status %d, want 130\n%s", code, p.out)
	}
	if n := sleeping(t, 21); n != len(vellums) {
		t.Errorf("the task goes on on %d of %d nodes\n%s", n, len(vellums), p.out)
	}
	if op.seen("end", "work/first") != 0 {
		t.Error("it was waited for the tasks")
	}
	op.must("resume", "--yes=lab")
	did(t, "first", "second")
}

// TestCancelUnlockAbandon: cancel stops the tasks and leaves the run open; a lock without a living task may be
// dropped by force; abandon closes the run, and the nodes are free.
func TestCancelUnlockAbandon(t *testing.T) {
	op, other := operator(t), operator(t)
	p := started(op, slow(t, 100))
	other.refused(5, []string{op.id(), "still lives"}, "unlock", "vellum-1", "--yes")
	op.must("cancel")
	if code := p.wait(); code == 0 {
		t.Errorf("a cancelled run ended with 0:\n%s", p.out)
	}
	if n := sleeping(t, 100); n != 0 {
		t.Errorf("after cancel the command still runs on %d nodes", n)
	}
	if out := op.must("status"); !strings.Contains(out, "open") {
		t.Errorf("the run is not open:\n%s", out)
	}
	other.refused(6, []string{op.id(), "held by root@"}, "run", slow(t, 0), "--yes=lab")
	other.must("unlock", "vellum-1", "--yes")
	op.must("abandon", op.id(), "--yes")
	did(t)
	other.must("run", slow(t, 0), "--yes=lab")
	did(t, "first", "second")
}

// TestAdoptedWhileDriven: another operator adopts a run that is still driven; the first controller is fenced off,
// and nothing is done twice.
func TestAdoptedWhileDriven(t *testing.T) {
	op, other := operator(t), operator(t)
	p := started(op, slow(t, 12))
	other.must("resume", "--yes=lab", "--adopt", "vellum-2", op.id())
	if code := p.wait(); code == 0 || !strings.Contains(p.out.String(), "another controller") {
		t.Errorf("the first controller does not say that another one took over (status %d):\n%s", code, p.out)
	}
	did(t, "first", "second")
}
