package story

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOlderCassandras backs up and restores one node each of the older releases, in labs of their own.
func TestOlderCassandras(t *testing.T) {
	for _, release := range []struct {
		version, prefix, subnet string
		then                    func(ownLab)
	}{
		{"4.1.10", "tmt41", "10.83.0", ownLab.downAndUp},
		{"4.0.18", "tmt40", "10.84.0", func(ownLab) {}},
	} {
		t.Run(release.version, func(t *testing.T) {
			install := exec.Command(filepath.Join(root(), "testdata/lab/install.sh"), release.version)
			if out, err := install.CombinedOutput(); err != nil {
				t.Fatalf("install: %v\n%s", err, out)
			}
			l := ownLab{t, release.prefix, release.subnet}
			l.do("destroy")
			t.Cleanup(func() { l.do("destroy") })
			l.do("up", "--cassandra", release.version, "--nodes", "ellis-1,vellum-1,sprout-1")
			backupAndRestore(t, l)
			release.then(l)
		})
	}
}

func backupAndRestore(t *testing.T, l ownLab) {
	t.Helper()
	op := l.operator()
	l.do("load", "--lines", "100", "--wide", "500")
	want := l.do("digest")
	op.must("run", "backup-vellum", "--yes")
	l.do("load", "--lines", "100", "--wide", "500", "--phase", "newer")
	l.do("cql", "DROP TABLE homestead_cache.impi_mapping")
	if l.do("digest") == want {
		t.Fatal("the disaster changed nothing")
	}
	op.must("run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
	if got := l.do("digest"); got != want {
		t.Errorf("the digests differ:\nwant\n%s\ngot\n%s", want, got)
	}
}
