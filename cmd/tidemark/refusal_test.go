package main

import (
	"testing"

	"tidemark/engine"
)

// TestARefusedRunSaysWhyAndWhere: the node is named, what is next works although the run is closed, and the reason is in its record
// for whoever did not see the terminal.
func TestARefusedRunSaysWhyAndWhere(t *testing.T) {
	h := newHouse(t)
	h.full = "two"
	const why = "node state /var/lib/tidemark/node: no space left on device"
	h.wants(h.run(), exitRefused, "tidemark: "+why+"  @two\n", "next: free space on that file system; then again: "+h.command("run "+h.dir+"/story.yaml --input"))
	run := h.onlyRun()
	h.wants(h.do("status", run), 0, "closed: refused\n  two: "+why+"\n  hint: free space on that file system\n", "2 not begun")
	h.lacks("waiting")
	h.wants(h.do("status", run, "-o", "json"), 0, `"refused": "two: `+why)
	h.wants(h.do("logs", run), 0, "closed: refused: two: "+why)
	h.wants(h.do("logs", run, "-o", "json"), 0, `"node": "two"`, `"class": "space"`)
	h.full = ""
	h.wants(h.run(), 0)
}

// TestWhatDriftedIsLookedAt: the plan that shows the difference is named as it was asked for; a command in a hint stays alone.
func TestWhatDriftedIsLookedAt(t *testing.T) {
	a, p := &app{}, &engine.Plan{Asked: []string{"./x.yaml"}}
	drifted := engine.Failf(engine.ClassPrecondition, "%w: s/x@n", engine.ErrDrifted)
	for want, err := range map[string]error{
		"look at the difference: tidemark plan ./x.yaml": drifted,
		"free space; then again: tidemark run ./x.yaml":  engine.WithNext(engine.Failf(engine.ClassSpace, "full"), "free space"),
		"tidemark attach R": engine.WithNext(engine.Failf(engine.ClassSpace, "full"), "tidemark attach R"),
	} {
		if got := engine.NextOf(a.anew(err, p)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
