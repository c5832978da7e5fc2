package story

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCustomRestore: a site changes the shipped restore by an overlay, a kind made of steps and a program of its own,
// and compiles nothing. The plan shows all three; the run is killed within the site's steps and goes on.
func TestCustomRestore(t *testing.T) {
	op := operator(t)
	custom := filepath.Join(root(), "testdata/custom")
	saved := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	lab(t, "load", "--lines", "100", "--seed", "3", "--phase", "newer")
	restore := []string{"restore-vellum", "--runbooks", custom, "--input", "backup=latest"}
	plan := op.must(append([]string{"plan"}, restore...)...)
	for _, part := range []string{
		custom + "/overlays/night.yaml", "told  under-maintenance: 3 tasks", "told.hello  greeting: greet in /etc/maintenance/hello",
		"this site repairs every Sunday",
	} {
		if !strings.Contains(plan, part) {
			t.Errorf("the plan does not show %q:\n%s", part, plan)
		}
	}
	op.killAt("stop/told.hello", append(append([]string{"run"}, restore...), "--yes=lab")...)
	op.must("resume", op.id(), "--yes=lab")
	for _, host := range []string{"vellum-1", "vellum-2", "vellum-3"} {
		if word := on(t, host, "cat /etc/maintenance/hello /etc/maintenance/why"); !strings.HasPrefix(word, "hello\nrestore of 20") {
			t.Errorf("%s has the word %q", host, word)
		}
		on(t, host, "rm -r /etc/maintenance")
	}
	same(t, saved)
	op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}

// TestCustomTargetMoved: the site's own runbook took the place of the shipped one and lacks a step that the overlay
// needs. Nothing is done, and the message shows both places.
func TestCustomTargetMoved(t *testing.T) {
	op := operator(t)
	dir := t.TempDir()
	for to, from := range map[string]string{"overlays": "custom/overlays", "kinds/greeting": "kinds/greeting"} {
		if err := os.CopyFS(filepath.Join(dir, to), os.DirFS(filepath.Join(root(), "testdata", from))); err != nil {
			t.Fatal(err)
		}
	}
	shipped, err := os.ReadFile(filepath.Join(root(), "runbooks/restore-vellum.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(shipped), "id: unarm,", "id: disarm,", 1)
	own = strings.Replace(own, "runbook: restore-vellum\n", "runbook: restore-vellum\nreplaces: restore-vellum\n", 1)
	if err := os.MkdirAll(filepath.Join(dir, "runbooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "runbooks/restore-vellum.yaml")
	if err := os.WriteFile(file, []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	op.refused(64, []string{dir + "/overlays/night.yaml:5:", file + ":", "disarm"},
		"plan", "restore-vellum", "--runbooks", dir, "--input", "backup=latest")
}
