package main

import "testing"

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
