package agent

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tidemark/engine"
)

// TestFence plans a kind whose Plan tries to break out in every way the fence is there for. It runs as whoever
// runs the tests; as root both fences of files must hold.
func TestFence(t *testing.T) {
	if cgo(t) {
		t.Fatal("run with CGO_ENABLED=0, as `make test` does: the product is built so")
	}
	a := newAgent(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("kept"), 0o644); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(breach{File: file, Victim: sleeper(t)})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := a.Plan(t.Context(), engine.PlanRequest{Run: run, Node: "n1", Items: []engine.PlanItem{{Task: "x", Kind: "probe", Args: raw}}})
	if err != nil {
		t.Fatal(err)
	}
	if p := reply.Planned[0]; p.Error != "" || p.Change.Summary != "" {
		t.Errorf("got through the fence: %s %s", p.Change.Summary, p.Error)
	}
	after, err := os.Stat(file)
	if err != nil || after.Mode() != before.Mode() || after.ModTime() != before.ModTime() || after.Size() != before.Size() {
		t.Errorf("the file changed: %v → %v (%v)", before, after, err)
	}
	left, err := processes(func(pid int, _ procStat) bool {
		line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		return err == nil && strings.Contains(string(line), "left:"+file)
	})
	if err != nil || len(left) > 0 {
		t.Errorf("it outlived the dry run: %v %v", left, err)
	}
	held := strings.Join(reply.Fence, ", ")
	if os.Geteuid() == 0 && !strings.Contains(held, "read-only mounts") {
		t.Errorf("root's fence: %s", held)
	}
}

// cgo tells whether this test binary was built with cgo, where a fence over all threads is not possible.
func cgo(t *testing.T) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "CGO_ENABLED").Output()
	return err == nil && strings.TrimSpace(string(out)) == "1"
}
