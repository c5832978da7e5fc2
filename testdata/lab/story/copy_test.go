package story

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCopyOffAndIn copies a backup away from all nodes, loses one node's part, and brings it in again: what is still
// there is not sent, the set is complete again, and a damaged copy is refused. The same goes by way of another host.
func TestCopyOffAndIn(t *testing.T) {
	op, copies := operator(t), t.TempDir()
	op.must("run", "backup-vellum", "--yes")
	id := op.id()
	op.must("run", "copy-backup-off", "--input", "backup="+id, "--input", "to="+copies, "--yes")
	for _, host := range vellums {
		if _, err := os.Stat(filepath.Join(copies, id, host, "cassandra/manifest.json")); err != nil {
			t.Errorf("the copy of %s: %v", host, err)
		}
	}
	on(t, "vellum-2", "rm -rf /var/lib/tidemark/backups/"+id)
	if out := op.must("backups"); !strings.Contains(out, "2 of 3 nodes") {
		t.Errorf("a part is missing, the list says:\n%s", out)
	}
	in := []string{"run", "copy-backup-in", "--input", "backup=" + id, "--input", "from=" + copies, "--yes"}
	op.must(in...)
	op.must("run", "verify-vellum", "--input", "backup="+id, "--yes")
	if out := op.must("backups"); strings.Contains(out, "2 of 3 nodes") {
		t.Errorf("the part is there again, the list says:\n%s", out)
	}
	copiedToAHost(t, op, id)
	damage(t, filepath.Join(copies, id, "vellum-1/cassandra/data/homer"))
	if out, code := op.run(in...); code == 0 || !strings.Contains(out, "differs") {
		t.Errorf("a damaged copy: status %d\n%s", code, out)
	}
}

// damage flips a byte of one big file below dir.
func damage(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*/*-Data.db"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no Data.db below %s: %v", dir, err)
	}
	raw, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(names[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
