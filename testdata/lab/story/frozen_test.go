package story

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// impatient gives the snapshot of a backup and the drain of a restore seconds, where the shipped runbooks give minutes.
const impatient = `overlay: impatient-%s
of: %s
title: Waits for Cassandra for seconds
changes:
  - {set: %s.timeout, was: %s, to: 25s}
`

// TestFrozenCassandra: Cassandra stops answering (SIGSTOP) just when nodetool asks it for a snapshot, and again for a
// drain. The plan, the backup and the restore say what was waited for and what to look at; of the nodetool that hangs
// nothing stays alive, no node is left half-done, and when Cassandra goes on, resume does. The restore is then killed
// with its exchange under way, and taken back.
func TestFrozenCassandra(t *testing.T) {
	op, dir := operator(t), t.TempDir()
	handed(t, filepath.Join(dir, "overlays/backup.yaml"), fmt.Sprintf(impatient, "backup", "backup-vellum", "snapshot/snapshot", "10m"))
	handed(t, filepath.Join(dir, "overlays/restore.yaml"), fmt.Sprintf(impatient, "restore", "restore-vellum", "stop/drain", "5m"))
	lab(t, "fault", "vellum-2", "freeze", "cassandra")
	out, code := op.run("plan", "backup-vellum")
	lab(t, "fault", "vellum-2", "thaw", "cassandra")
	whole(t)
	if code != 5 {
		t.Errorf("status %d, want 5", code)
	}
	said(t, out, "@vellum-2", "no answer", "look whether Cassandra hangs")
	frozen(t, op, 4, "snapshot", "run", "backup-vellum", "--input", "keyspaces=homer", "--runbooks", dir, "--yes")
	whole(t)
	op.must("resume", "--yes")
	lab(t, "cql", "INSERT INTO homer.simservs (user, column1, value1) VALUES ('sip:late@example.com', 'a', 0x00)")
	t.Cleanup(func() { lab(t, "cql", "DELETE FROM homer.simservs WHERE user = 'sip:late@example.com'") })
	late := lab(t, "digest")
	frozen(t, op, 3, "drain", "run", "restore-vellum", "--input", "backup="+op.id(), "--input", "keyspaces=homer", "--runbooks", dir, "--yes=lab")
	undone(t, op)
	same(t, late)
}

// whole waits until the ring is whole behind a thaw: the others took vellum-2 for dead. Now and then a Cassandra that was frozen
// never sees one of the others again, whoever asks it, or not for minutes; it is started anew then, as a person would.
func whole(t *testing.T) {
	t.Helper()
	up := labCommand("up")
	patience := time.AfterFunc(time.Minute, func() { _ = up.Process.Signal(os.Interrupt) })
	defer patience.Stop()
	out, err := up.CombinedOutput()
	if err == nil {
		return
	}
	t.Logf("vellum-2 is started anew: lab up: %v\n%s", err, out)
	lab(t, "stop", "vellum-2")
	lab(t, "start", "vellum-2")
	lab(t, "up")
}

// handed writes a file and the directory that it lies in.
func handed(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// waits is a nodetool that, called with a word for the first time, waits until it is let go, and then is the real one.
const waits = `#!/bin/sh
if [ "$1" = %s ] && mkdir /root/frozen 2>/dev/null; then
  until [ -e /root/frozen/go ]; do sleep 0.1; done
fi
exec /root/nodetool "$@"
`

// frozen runs tidemark and freezes Cassandra on vellum-2 between the start of nodetool and its question. It looks at how
// the run ends, and thaws.
func frozen(t *testing.T, op person, status int, command string, args ...string) {
	t.Helper()
	on(t, "vellum-2", "mv /usr/bin/nodetool /root/nodetool")
	defer on(t, "vellum-2", "mv /root/nodetool /usr/bin/nodetool; rm -rf /root/frozen")
	hand(t, "vellum-2", "/usr/bin/nodetool", fmt.Sprintf(waits, command))
	on(t, "vellum-2", "chmod 755 /usr/bin/nodetool")
	p := op.start(args...)
	p.until("nodetool is called", func() bool { return on(t, "vellum-2", "ls -d /root/frozen 2>/dev/null || true") != "" })
	lab(t, "fault", "vellum-2", "freeze", "cassandra")
	defer lab(t, "fault", "vellum-2", "thaw", "cassandra")
	on(t, "vellum-2", "touch /root/frozen/go")
	if code := p.wait(); code != status {
		t.Errorf("tidemark %s: status %d, want %d", p.name, code, status)
	}
	said(t, p.out.String(), "nodetool "+command, "not done within 25s", "look whether Cassandra hangs", "resume "+op.id())
	if left := on(t, "vellum-2", "pgrep -af '[N]odeTool|[t]idemark agent task' || true"); strings.TrimSpace(left) != "" {
		t.Errorf("there still lives\n%s", left)
	}
}
