package story

import (
	"strings"
	"testing"
)

// undone resumes a restore, kills its controller while a task exchanges a table, and takes the restore back. As long as
// that task lives, undo is refused and names it; then undo takes the open run over, and closes it.
func undone(t *testing.T, op person) {
	t.Helper()
	run := op.id()
	p, _ := op.frozenAt("vellum-2", func(c change) bool { return c.exchanged() != "" }, "resume", "--yes=lab")
	p.kill()
	undo := []string{"run", "undo-restore-vellum", "--input", "run=" + run, "--yes=lab"}
	op.refused(5, []string{"task restore/restore[homer]@vellum-2 of run " + run + " still lives", " cancel " + run}, undo...)
	lab(t, "fault", "vellum-2", "thaw", "tidemark agent task")
	onVellums(t, `for i in $(seq 600); do pgrep -xf 'tidemark agent task' >/dev/null || exit 0; sleep 0.1; done; exit 1`)
	op.must(undo...)
	for line := range strings.Lines(op.must("runs")) {
		if strings.Contains(line, run) && !strings.Contains(line, "undone") {
			t.Errorf("it is not closed as undone: %s", line)
		}
	}
	op.refused(64, []string{"run " + run + " is closed: undone"}, "resume", "--yes=lab", run)
}
