package story

import (
	"slices"
	"strings"
	"testing"
)

// forgets resumes a restore until a task on the host has exchanged its first table. Controller and task are killed there, and
// the host loses all that it knows of runs, as with a system disk put in from an older image. It gives the task.
func forgets(t *testing.T, op person, host string) string {
	t.Helper()
	p, _ := op.frozenAt(host, func(c change) bool { return c.exchanged() != "" }, "resume", "--yes=lab")
	p.kill()
	killTask(t, host)
	task := op.open("restore/restore[", host)
	takenAway(t, "/var/lib/tidemark/node.lost", host)
	on(t, host, `for i in $(seq 600); do pgrep -f '[t]idemark agent' >/dev/null || break; sleep 0.1; done
		! pgrep -f '[t]idemark agent' && mv /var/lib/tidemark/node /var/lib/tidemark/node.lost`)
	return task
}

// open is the one task of these on the host that began and has no end in the journal.
func (s person) open(step, host string) string {
	s.t.Helper()
	var open []string
	for _, e := range s.events() {
		switch {
		case e.Type == "begin" && strings.HasPrefix(e.Task, step) && strings.HasSuffix(e.Task, "@"+host):
			open = append(open, e.Task)
		case e.Type == "end":
			open = slices.DeleteFunc(open, func(task string) bool { return task == e.Task })
		}
	}
	if len(open) != 1 {
		s.t.Fatalf("open on %s are %q", host, open)
	}
	return open[0]
}

// toldAndSettled looks that a resume called the task unknown that had begun on the host and told of the records that the host had
// lost, both before it locked anything, and asked the node itself how far the task had come.
func toldAndSettled(t *testing.T, journal []event, task string) {
	t.Helper()
	_, host, _ := strings.Cut(task, "@")
	var got []string
	for _, e := range journal {
		told := e.Type == "forgotten" && e.Node == host
		switch {
		case e.Type == "end" && e.Task == task && strings.Contains(e.Message, "its records of this run are gone"):
			got = []string{"end " + e.Outcome}
		case len(got) > 0 && (told || e.Type == "locked" || e.Task == task):
			got = append(got, strings.TrimSpace(e.Type+" "+e.Reason))
		}
	}
	want := []string{"end unknown", "forgotten", "locked", "settled found not done: ", "begin"}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("of %s the journal has %q, want %q", task, got, want)
		}
	}
}
