package story

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCustomRestore: a site changes the shipped restore by an overlay, a kind made of steps and a program of its own,
// and compiles nothing. The plan shows all three; the run is killed within the site's steps, and another operator, who
// has none of the site's texts, adopts it and goes on.
func TestCustomRestore(t *testing.T) {
	op := operator(t)
	takenAway(t, "/etc/maintenance", vellums...)
	custom := filepath.Join(root(), "testdata/custom")
	saved := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	lab(t, "load", "--lines", "100", "--seed", "3", "--phase", "newer")
	restore := []string{"restore-vellum", "--runbooks", custom, "--input", "backup=latest"}
	plan := op.must(append([]string{"plan"}, restore...)...)
	for _, part := range []string{
		custom + "/overlays/night.yaml", "told  under-maintenance: 9 tasks", "told.hello  greeting: greet in /etc/maintenance/hello",
		"this site repairs every Sunday",
	} {
		if !strings.Contains(plan, part) {
			t.Errorf("the plan does not show %q:\n%s", part, plan)
		}
	}
	op.killAt("unarm/told.hello", append(append([]string{"run"}, restore...), "--yes=lab")...)
	other := operator(t)
	other.must("resume", "--yes=lab", "--adopt", "vellum-2", op.id())
	for _, host := range vellums {
		if word := on(t, host, "cat /etc/maintenance/hello /etc/maintenance/why"); !strings.HasPrefix(word, "hello\nrestore of 20") {
			t.Errorf("%s has the word %q", host, word)
		}
	}
	same(t, saved)
	other.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}

// TestCustomTargetMoved: the site's own runbook took the place of the shipped one and lacks a step that the overlay
// needs. Nothing is done, and the message shows both places.
func TestCustomTargetMoved(t *testing.T) {
	op := operator(t)
	dir := t.TempDir()
	if out, err := exec.Command("cp", "-rL", filepath.Join(root(), "testdata/custom")+"/.", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shipped, err := os.ReadFile(filepath.Join(root(), "runbooks/restore-vellum.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(shipped), "id: unarm,", "id: disarm,", 1)
	own = strings.Replace(own, "runbook: restore-vellum\n", "runbook: restore-vellum\nreplaces: restore-vellum\n", 1)
	file := filepath.Join(dir, "restore-vellum.yaml")
	if err := os.WriteFile(file, []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	op.refused(64, []string{dir + "/overlays/night.yaml:5:", file + ":", "id: disarm", "1 mistake"},
		"plan", "restore-vellum", "--runbooks", dir, "--input", "backup=latest")
}

// whereabouts is a program of a site that works in the network namespace of Cassandra.
const whereabouts = `#!/bin/sh
case $1 in
describe) echo '{"protocol": 1, "name": "whereabouts", "doc": "Writes down its network namespace.", "redo": "idempotent",
 "risk": "harmless", "netns": true, "example": "{id: x, whereabouts: {}}"}' ;;
plan) echo '{"sign": "+", "summary": "from '"$(readlink /proc/self/ns/net)"'"}' ;;
apply) readlink /proc/self/ns/net >/root/whereabouts && echo '{}' ;;
esac
`

// TestOwnKindInNamespace: a program of the site that says so works in the namespace that a node has for Cassandra, in
// the dry run and in the run; on nodes without one in the machine's own.
func TestOwnKindInNamespace(t *testing.T) {
	op := operator(t)
	takenAway(t, "/root/whereabouts", vellums...)
	book := written(t, "where.yaml", "runbook: where\ntitle: Asks where\non-failure: close\nstages:\n"+
		"  - {stage: ask, on: vellum, steps: [{id: here, whereabouts: {}}]}\n")
	program := filepath.Join(filepath.Dir(book), "kinds/whereabouts/whereabouts")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte(whereabouts), 0o755); err != nil {
		t.Fatal(err)
	}
	plan := op.must("plan", book, "--runbooks", filepath.Dir(book))
	op.must("run", book, "--runbooks", filepath.Dir(book), "--yes")
	for host, ask := range map[string]string{
		"vellum-1": "readlink /proc/1/ns/net", "vellum-2": "readlink /proc/1/ns/net", "vellum-3": `echo "net:[$(stat -Lc %i /run/netns/signaling)]"`,
	} {
		want, got := on(t, host, ask), on(t, host, "cat /root/whereabouts")
		if got != want || !strings.Contains(plan, "from "+strings.TrimSpace(want)+"  @"+host) {
			t.Errorf("%s worked in %q, want %q; the plan:\n%s", host, got, want, plan)
		}
	}
}
