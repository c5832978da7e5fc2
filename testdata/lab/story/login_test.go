package story

import "testing"

// TestSudoRefused: the user that logs in may not become root any more. Whatever asks the node says which line its
// sudoers file lacks, and a run begins nowhere.
func TestSudoRefused(t *testing.T) {
	op := operator(t)
	on(t, "vellum-2", "mv /etc/sudoers.d/lab /root/sudoers")
	t.Cleanup(func() { on(t, "vellum-2", "mv /root/sudoers /etc/sudoers.d/lab") })
	words := []string{"sudo refused ops: ", "@vellum-2", "/etc/sudoers.d/tidemark on vellum-2", "ops ALL=(root) NOPASSWD: "}
	for _, args := range [][]string{{"nodes", "--limit", "vellum-1,vellum-2"}, {"plan", "backup-vellum"}, {"run", "backup-vellum", "--yes"}} {
		op.refused(7, words, args...)
	}
	if run := op.newest(); run != "" && op.seen("begin", "") > 0 {
		t.Errorf("run %s began", run)
	}
}
