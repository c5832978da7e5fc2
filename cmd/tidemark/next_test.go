package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/engine"
)

// fixedBook fails until the file is there.
const fixedBook = `runbook: story
title: Waits for a person
afterwards: ["look: tidemark backups"]
stages:
  - stage: work
    on: vellum
    steps:
      - {id: look, run: {argv: [test, -e, FILE], redo: idempotent}}
`

// lacks checks that the output holds none of the texts.
func (h *house) lacks(texts ...string) {
	h.t.Helper()
	for _, text := range texts {
		if strings.Contains(h.out.String()+h.err.String(), text) {
			h.t.Errorf("the output holds %q", text)
		}
	}
}

// TestResumeOfARunThatWentOnElsewhere: the record here does not know what was done since. Its end says so instead of what failed
// before, and what it gives as next is not what was just refused; of a run that is done elsewhere nothing is left but what it
// leaves to the operator.
func TestResumeOfARunThatWentOnElsewhere(t *testing.T) {
	h := newHouse(t)
	fixed := filepath.Join(h.dir, "fixed")
	h.write("story.yaml", strings.Replace(fixedBook, "FILE", fixed, 1))
	h.wants(h.do("run", filepath.Join(h.dir, "story.yaml"), "--yes"), exitFailed, "next: "+h.command("resume "))
	run, first, other := h.onlyRun(), h.state, filepath.Join(h.dir, "other")
	h.state = other
	h.wants(h.do("resume", "--adopt", "one", "--yes"), exitFailed)

	h.state = first
	h.wants(h.do("resume", run, "--yes"), exitRefused, "nothing was done: another controller went on with the run", "another controller took run "+run+" over",
		"next: go on there, or take it back: "+h.command("resume --adopt one "+run)+"\n")
	h.lacks("failed: look", "next: "+h.command("resume "), "still locked")
	h.wants(h.do("resume", run, "--yes", "-o", "json"), exitRefused, `"result": "overtaken"`, `"open": true`, "resume --adopt one "+run)

	h.write("fixed", "")
	h.state = other
	h.wants(h.do("resume", run, "--yes"), 0)
	h.state = first
	h.wants(h.do("resume", run, "--yes"), exitRefused, "closed: done by another controller", "nothing was done: another controller ended the run",
		"was closed (done) by another controller", "look: "+h.command("backups"))
	h.lacks("failed: look", "next:")
	h.wants(h.do("status", run), 0, "closed: done by another controller\n", "older than that")
	h.lacks("failed: look", "hint:", "next:")
	h.wants(h.do("resume", "--adopt", "one", run), exitUsage, "run "+run+" is closed: done")
}

// unsettled is a desk whose run waits for a person: nobody else can tell whether its one task was done.
func unsettled(t *testing.T) (d *desk, run string) {
	t.Helper()
	d = newDesk(t)
	d.write("kinds/mortal/mortal", strings.Replace(mortal, "REDO", "manual", 1), 0o755)
	d.book("id: m, mortal: {dir: DIR}")
	said := d.tidemark(exitUnknown, "run", d.path("try.yaml"), "--yes")
	_, rest, _ := strings.Cut(said, "run 20")
	run = "20" + strings.TrimSuffix(strings.Fields(rest)[0], ",")
	wants(t, said, "next: "+d.settles(run)+"\n")
	return d, run
}

func (d *desk) command(words string) string {
	return "tidemark --site " + d.path("site.yaml") + " --state " + d.path("state") + " " + words
}

func (d *desk) settles(run string) string {
	as := func(found string) string { return d.command("resume --as " + found + " s/m@here " + run) }
	return "if it was done:\n        " + as("done") + "\n      if it was not:\n        " + as("not-done")
}

// TestWhatOnlyAPersonCanTellIsAskedOfOne: resume alone would ask again, for ever.
func TestWhatOnlyAPersonCanTellIsAskedOfOne(t *testing.T) {
	d, run := unsettled(t)
	for code, args := range map[int][]string{exitUnknown: {"resume", "--yes"}, 0: {"status"}} {
		wants(t, d.tidemark(code, args...), "next: "+d.settles(run)+"\n")
	}
	wants(t, d.tidemark(0, "status", "-o", "json"), `"next": "if it was done:\n  `+d.command("resume --as done s/m@here "+run)+`\n`)
	wants(t, d.tidemark(0, "cancel"), "next: "+d.settles(run)+"\n      or: ")
	wants(t, d.tidemark(0, "attach"), "next: "+d.settles(run)+"\n")
	wants(t, d.tidemark(exitUsage, "resume", "--adopt", "here", run), "it needs no adoption", d.command("resume --as done s/m@here "+run)+"\n", d.command("resume --as not-done s/m@here "+run)+"\n")
}

// TestNothingIsSettledWithoutConsent: it cannot be taken back.
func TestNothingIsSettledWithoutConsent(t *testing.T) {
	d, _ := unsettled(t)
	settled := "settled as not-done by "
	wants(t, d.tidemark(exitUsage, "resume", "--as", "not-done", "s/m@here"), "to be noted of s/m@here, and not to be taken back: not-done", "no terminal to ask for consent", "next: say --yes\n")
	if said := d.tidemark(0, "logs"); strings.Contains(said, settled) {
		t.Errorf("settled without consent:\n%s", said)
	}
	wants(t, d.tidemark(0, "resume", "--as", "not-done", "s/m@here", "--yes"), "noted: s/m@here: "+settled, "begin   s/m@here (attempt 2)", "closed: done")
}

// TestAClosedRunIsNotToBeResumed: neither where it is about to be abandoned nor afterwards.
func TestAClosedRunIsNotToBeResumed(t *testing.T) {
	d, run := unsettled(t)
	for _, args := range [][]string{{"abandon", run, "--yes"}, {"status", run}} {
		said := d.tidemark(0, args...)
		wants(t, said, "unknown: m: only a person can tell", "hint: look at the node\n")
		if strings.Contains(said, "resume") {
			t.Errorf("%s says to resume:\n%s", args[0], said)
		}
	}
}

// TestASettledTaskSaysWhoSettledIt: it has no other message.
func TestASettledTaskSaysWhoSettledIt(t *testing.T) {
	h := newHouse(t)
	h.killed(openRun, engine.HoldOpen, engine.Event{
		Type: engine.EventEnd, Task: "first/nap@one", Node: "one", Kind: "run", Attempt: 1, Outcome: engine.Failed, Reason: "settled as not-done by ann@desk",
	})
	h.wants(h.do("status", openRun), 0, "failed: nap: settled as not-done by ann@desk  @one")
}

// TestNextAfterAClose: a run that failed here and closed is begun anew; what another controller closed is not.
func TestNextAfterAClose(t *testing.T) {
	for _, c := range []struct {
		closed, by string
		next       bool
	}{
		{engine.ClosedFailed, "", true},
		{engine.ClosedFailed, engine.ByAnother, false},
		{"done", "", false}, // and the run whose locks it took could not be ended
	} {
		r := &driven{plan: &engine.Plan{Asked: []string{"./story.yaml"}}, state: &engine.State{Closed: c.closed, ClosedBy: c.by}}
		if next := (&app{}).nextAfter(r, errors.New("x")); (next == "tidemark run ./story.yaml") != c.next || (next == "") == c.next {
			t.Errorf("%+v: next is %q", c, next)
		}
	}
}

// TestALockOfARunThatIsClosedHere: nothing goes on with it, so no verb that would is named.
func TestALockOfARunThatIsClosedHere(t *testing.T) {
	unlocking := map[string]string{holder().Host: "only its lock is left\n", "laptop": "ask ann@laptop\n"}
	for host, want := range map[string]string{holder().Host: "only its lock is left: ", "laptop": "wait, or ask ann@laptop; then again: "} {
		h := newHouse(t)
		h.killed(openRun, engine.HoldOpen)
		h.wants(h.do("abandon", openRun, "--yes"), 0)
		h.locks("one", openRun, engine.Holder{User: "ann", Host: host, PID: 1 << 30})
		h.wants(h.run(), exitLocked, "tidemark: locked by run "+openRun, "  @one\n", want)
		h.lacks("resume "+openRun, "resume --adopt")
		h.wants(h.do("resume", "--adopt", "one", openRun), exitUsage, "run "+openRun+" is closed: abandoned")
		h.lacks("next: " + h.command("resume"))
		h.wants(h.do("unlock", "one"), exitUsage, "run "+openRun+" is closed here (abandoned)", unlocking[host])
		h.lacks("resume", "abandon ")
	}
}

// TestARunIsBegunAnewAsItWasAskedFor: also by who resumed it, and was not told its inputs; and what refuses it for want of consent
// names a plan that can be made.
func TestARunIsBegunAnewAsItWasAskedFor(t *testing.T) {
	h := newHouse(t)
	h.write("story.yaml", strings.Replace(testRunbook, "title:", "on-failure: close\ntitle:", 1))
	h.wants(h.run("--input", "least=1", "--limit", "one"), exitFailed)
	run := h.onlyRun()
	again := "run " + filepath.Join(h.dir, "story.yaml") + " --input dir=" + h.dir + "/none --input least=1 --limit one"
	h.wants(0, 0, "next: "+h.command(again)+"\n")
	h.wants(h.do("status", run), 0, "closed: failed\n", "next: "+h.command(again)+"\n")
	h.wants(h.do("resume", run), exitUsage, "is closed: failed", "next: "+h.command(again)+"\n")
	h.cut(run, engine.EventVerified)
	h.wants(h.do("resume"), exitFailed, "next: "+h.command(again)+"\n")

	h.write("story.yaml", strings.Replace(fixedBook, "FILE", "/none", 1))
	h.wants(h.do("run", filepath.Join(h.dir, "story.yaml"), "--limit", "one"), exitUsage,
		"next: look at the plan ("+h.command("plan "+filepath.Join(h.dir, "story.yaml")+" --limit one")+"), then say --yes\n")
}

// TestARunOfAnOlderBuildIsBegunAnew: its plan does not hold how it was asked for.
func TestARunOfAnOlderBuildIsBegunAnew(t *testing.T) {
	p := &engine.Plan{Runbook: "verify-vellum", Texts: engine.Texts{Runbook: engine.File{Name: "verify-vellum.yaml"}}, Limit: []string{"one", "two"}}
	if got := (&app{}).again("run", p); got != "tidemark run verify-vellum --limit one,two" {
		t.Error(got)
	}
	p.Texts.Runbook.Name, p.Inputs = "/s/verify-vellum.yaml", map[string]any{"backup": "x"}
	if got := (&app{}).again("run", p); got != "tidemark run /s/verify-vellum.yaml --limit one,two, with its --input as before" {
		t.Error(got)
	}
}
