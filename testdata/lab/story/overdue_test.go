package story

import "testing"

// overdue lets a task be stopped with its command while a test is busy with a lab of its own: it takes two minutes behind the
// task's time until it is ended from outside. What it gives looks at the end: the run itself goes on then.
func overdue(t *testing.T) (ended func()) {
	t.Helper()
	op := operator(t)
	p := stopped(t, op, "2s", true)
	return func() {
		t.Helper()
		if code := p.wait(); code != 0 {
			t.Errorf("status %d:\n%s", code, p.out)
		}
		said(t, op.must("logs", "--attempt", "1", op.id(), "work/first@sprout-1"), "did not end when its time was over, and was told to")
		didOnceMore(t)
	}
}
