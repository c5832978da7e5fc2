package story

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOlderCassandras backs up and restores one node each of the older releases, in labs of their own.
func TestOlderCassandras(t *testing.T) {
	for _, release := range []struct{ version, prefix, subnet string }{
		{"4.1.10", "tmt41", "10.83.0"}, {"4.0.18", "tmt40", "10.84.0"},
	} {
		t.Run(release.version, func(t *testing.T) {
			install := exec.Command(filepath.Join(root(), "testdata/lab/install.sh"), release.version)
			if out, err := install.CombinedOutput(); err != nil {
				t.Fatalf("install: %v\n%s", err, out)
			}
			l := older{t, release.prefix, release.subnet}
			l.do("destroy")
			t.Cleanup(func() { l.do("destroy") })
			l.do("up", "--cassandra", release.version, "--nodes", "ellis-1,vellum-1,sprout-1")
			backupAndRestore(t, l)
		})
	}
}

// older is a lab of another release.
type older struct {
	t              *testing.T
	prefix, subnet string
}

func (l older) do(verb string, args ...string) string {
	l.t.Helper()
	argv := append([]string{verb, "--prefix", l.prefix, "--subnet", l.subnet}, args...)
	cmd := exec.Command(filepath.Join(root(), "bin/lab"), argv...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		l.t.Fatalf("lab %s: %v\n%s%s", strings.Join(argv, " "), err, out, errs.String())
	}
	return string(out)
}

func backupAndRestore(t *testing.T, l older) {
	t.Helper()
	op := person{t, "/var/lib/tidemark-lab/" + l.prefix + "/site.yaml", t.TempDir()}
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
