package story

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDiskFullOfRecords: the disk is full when a task ends and the next one would begin. The receipt has its space
// since the intent; the next intent has none, so that task does not start. With space again, resume does the rest.
func TestDiskFullOfRecords(t *testing.T) {
	op := operator(t)
	const log = "/root/records.log"
	on(t, "sprout-1", "rm -f "+log+"; touch "+log)
	book := filepath.Join(t.TempDir(), "records.yaml")
	text := fmt.Sprintf(`runbook: records
title: Two tasks on one node
stages:
  - stage: work
    on: sprout
    steps:
      - {id: first, run: {argv: [sleep, "6"], redo: manual}}
      - {id: second, run: {argv: [/bin/sh, -c, "echo second >>%s"], redo: manual}}
`, log)
	if err := os.WriteFile(book, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p := op.startTo("work/first@sprout-1", "run", book, "--yes=lab")
	p.until("first lives", func() bool { return on(t, "sprout-1", "pgrep -xf 'sleep 6' || true") != "" })
	full(t, "sprout-1", func() {
		if code := p.wait(); code == 0 {
			t.Errorf("it ended with 0:\n%s", p.out)
		}
	})
	said(t, p.out.String(), "[space]", "no space left", "still locked: sprout-1", "resume "+op.id())
	if n := on(t, "sprout-1", "wc -l <"+log); strings.TrimSpace(n) != "0" {
		t.Errorf("the second task ran without an intent")
	}
	op.must("resume", "--yes=lab")
	if n := on(t, "sprout-1", "wc -l <"+log); strings.TrimSpace(n) != "1" {
		t.Errorf("the second task ran %s times", n)
	}
	if n := op.seen("begin", "work/first@sprout-1"); n != 1 {
		t.Errorf("the first task began %d times", n)
	}
}

// TestDiskFullOfTheJournal: the controller cannot write its journal any more. It starts nothing more (what is left of a
// page takes some lines still); the tasks go on, and resume finds them.
func TestDiskFullOfTheJournal(t *testing.T) {
	op := operator(t)
	if err := unix.Mount("tmpfs", op.state, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(op.state, unix.MNT_DETACH) })
	p := started(op, slow(t, 7))
	filler := filepath.Join(op.state, "filler")
	_ = os.WriteFile(filler, make([]byte, 1<<20), 0o600) // as much as there is
	if code := p.wait(); code == 0 {
		t.Errorf("it ended with 0:\n%s", p.out)
	}
	said(t, p.out.String(), "no space left on device", "resume "+op.id())
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	op.must("resume", "--yes=lab")
	did(t, "first", "second")
}

// TestDiskFullOfBackupAndStaging fills a node's disk just when a backup lays down its first file, and when a restore
// does. The backup leaves nothing of itself there, its snapshot on no node, and does not count; the restore stops before
// the outage and goes on.
func TestDiskFullOfBackupAndStaging(t *testing.T) {
	op := operator(t)
	lab(t, "load", "--lines", "500", "--phase", "base")
	want := lab(t, "digest")
	op.must("run", "backup-vellum", "--yes")
	good := op.id()
	p, out := filledAt(t, op, savingBegins, "run", "backup-vellum", "--yes")
	if p == 0 {
		t.Errorf("the backup ended with 0:\n%s", out)
	}
	said(t, out, "[space]", "no space left on device", "free space there")
	if left := on(t, "vellum-2", "ls -d /var/lib/tidemark/backups/"+op.id()+" 2>/dev/null || true"); left != "" {
		t.Errorf("the backup that failed left %s", left)
	}
	noSnapshot(t, op.id())
	if list := op.must("backups"); strings.Contains(list, op.id()) && !strings.Contains(list, "of 3 nodes") {
		t.Errorf("a part counts as a backup:\n%s", list)
	}
	lab(t, "load", "--lines", "500", "--phase", "newer")
	newer := lab(t, "digest")
	full(t, "vellum-2", func() {
		op.refused(5, []string{"vellum-2", "free, the copies beside it need"}, "plan", "restore-vellum", "--input", "backup=latest")
	})
	stages := func(c change) bool { return filepath.Dir(c.path) == "/var/lib/cassandra/tidemark" }
	p, out = filledAt(t, op, stages, "run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
	if p == 0 || !strings.Contains(out, "no space left on device") {
		t.Errorf("status %d:\n%s", p, out)
	}
	same(t, newer) // it serves on, and nothing is exchanged
	if n := op.seen("begin", "stop/"); n != 0 {
		t.Errorf("the outage began")
	}
	op.must("resume", "--yes=lab")
	same(t, want)
	if said := op.message("restore/restore[homer]@vellum-2"); !strings.Contains(said, good) {
		t.Errorf("restored was another backup than %s: %s", good, said)
	}
	op.must("run", "release-restore-vellum", "--input", "run="+op.id(), "--yes=lab")
}

// filledAt runs tidemark, freezes the task on vellum-2 that makes the first entry that is meant, fills the disk, and lets
// it go on; it gives the status and what was said, with space again.
func filledAt(t *testing.T, op person, there func(change) bool, args ...string) (int, string) {
	t.Helper()
	p, _ := op.frozenAt("vellum-2", func(c change) bool { return c.what != gone && there(c) }, args...)
	code := 0
	full(t, "vellum-2", func() {
		lab(t, "fault", "vellum-2", "thaw", "tidemark agent task")
		code = p.wait()
	})
	return code, p.out.String()
}

// full fills a host's disk while it does something. Cassandra stops serving of its own when its commit log wants space
// meanwhile; it is started again then, as an operator would.
func full(t *testing.T, host string, do func()) {
	t.Helper()
	lab(t, "fault", host, "disk-full")
	defer func() {
		lab(t, "fault", host, "disk-free")
		if slices.Contains(vellums, host) && on(t, host, "LAB_PROBE=1 nodetool statusbinary 2>&1 | tail -1 || true") != "running\n" {
			t.Log("Cassandra stopped serving without space; it is started again")
			on(t, host, "monit restart cassandra_process")
			lab(t, "up")
		}
	}()
	do()
}

// said looks for words.
func said(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it does not say %q:\n%s", w, text)
		}
	}
}

// TestDataDirectoryIsAMount: directories cannot be exchanged across mounts, so the gate refuses and says how to mount.
func TestDataDirectoryIsAMount(t *testing.T) {
	op := operator(t)
	op.must("run", "backup-vellum", "--yes")
	const data = "/var/lib/cassandra/data"
	on(t, "vellum-1", "mount --bind "+data+" "+data)
	t.Cleanup(func() { on(t, "vellum-1", "umount -l "+data) })
	op.refused(5, []string{"vellum-1", data + " and /var/lib/cassandra are not on one mount", "mount one level higher"},
		"run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
}
