package main

import "testing"

// TestAbandonHalfWay: a run that leaves tables half exchanged is abandoned with a warning, and after it the nodes
// accept neither a plan nor a run; nodes says why.
func TestAbandonHalfWay(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	id := h.onlyRun()
	h.swaps["two"] = []string{id}
	h.wants(h.do("abandon", id, "--yes"), 0, "WARNING: tables are half exchanged on two", "Do not start Cassandra", "undo-restore-vellum --input run="+id)
	h.wants(h.do("nodes"), 0, "free; the restore of run "+id+" is half-way")
	h.swaps["one"] = h.swaps["two"]
	refusal := "tidemark: the restore of run " + id + " is half-way: Cassandra must not be started there by anybody else  @one, two\n"
	h.wants(h.run(), exitRefused, refusal, "undo-restore-vellum --input run="+id)
	h.wants(h.do("plan", h.dir+"/story.yaml", "--input", "dir="+h.dir+"/none"), exitRefused, refusal)
	clear(h.swaps)
	h.wants(h.run(), 0)
}
