package main

import (
	"strings"
	"testing"
)

// Ids of one minute are alike, so no other run is proposed for one that is not here; its nodes may keep it.
func TestAnUnknownRunIsNotGuessed(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	alike := h.onlyRun()[:18] + "-"
	for _, verb := range []string{"resume", "abandon", "status"} {
		h.wants(h.do(verb, alike), exitUsage, `there is no run "`+alike+`" in `+h.state+"\n", h.command("resume --adopt NODES "+alike))
		if strings.Contains(h.err.String(), "did you mean") {
			t.Error(h.err.String())
		}
	}
}

func TestADrivenRunSaysWhatGoesOn(t *testing.T) {
	h := newHouse(t)
	h.wants(h.run("--input", "least=1"), exitFailed)
	run := h.onlyRun()
	defer h.drives(run)()
	for _, verb := range []string{"resume", "abandon"} {
		h.wants(h.do(verb, run, "--yes"), exitLocked, "drives it since",
			"next: look on: "+h.command("attach "+run)+"; or stop it: "+h.command("cancel "+run))
	}
}
