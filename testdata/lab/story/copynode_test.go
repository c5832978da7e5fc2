package story

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// megabytes is the size of each of the two files that are copied.
const megabytes = 96

// bigBook copies a directory from one node to another.
const bigBook = `runbook: big
title: Copies two big files to another node
stages:
  - stage: copy
    on: vellum
    steps:
      - {id: copy, scp: {to: sprout-1, source: /root/big, target: /root/copied/big}, timeout: 10m}
`

// TestCopyBetweenNodes: a copy from node to node goes through the controller, which is killed in the middle of the first
// file; in the middle of the second one the source's cable is out, until its stream is given up, too. What had come is not
// sent again, both ends have the same sha256, and nothing else stays.
func TestCopyBetweenNodes(t *testing.T) {
	op := operator(t)
	takenAway(t, "/root/big", "vellum-2")
	takenAway(t, "/root/copied", "sprout-1")
	on(t, "vellum-2", fmt.Sprintf("mkdir /root/big && for f in a b; do head -c %dM /dev/urandom >/root/big/$f; done", megabytes))
	before := received(t, "sprout-1")
	come := func(part float64) func() bool {
		return func() bool { return float64(received(t, "sprout-1")-before) > part*2*megabytes*(1<<20) }
	}
	p := op.start("run", written(t, "big.yaml", bigBook), "--limit", "vellum-2", "--yes=lab")
	p.until("a part of the first file came", come(0.3))
	p.kill()
	if n := op.seen("end", ""); n != 0 {
		t.Fatal("the copy was over before the controller was killed")
	}
	p = op.start("resume", "--yes=lab")
	p.until("a part of the second file came", come(0.7))
	lab(t, "fault", "vellum-2", "cut")
	t.Cleanup(func() { lab(t, "fault", "vellum-2", "heal") })
	p.until("the loss was noticed", func() bool { return lost(op, "vellum-2") > 0 })
	p.until("the stream was given up", func() bool { return strings.Contains(notes(op), "stream from vellum-2: vellum-2: ") })
	lab(t, "fault", "vellum-2", "heal")
	if code := p.wait(); code != 0 {
		t.Fatalf("status %d\n%s", code, p.out)
	}
	t.Logf("%s; %d bytes came", op.message("copy/copy@vellum-2"), received(t, "sprout-1")-before)
	if come(1.15)() {
		t.Errorf("%d bytes came for %d MiB", received(t, "sprout-1")-before, 2*megabytes)
	}
	sums := "cd %s && find . -type f | LC_ALL=C sort | xargs sha256sum"
	if from, to := on(t, "vellum-2", fmt.Sprintf(sums, "/root/big")), on(t, "sprout-1", fmt.Sprintf(sums, "/root/copied/big")); from != to {
		t.Errorf("the source has\n%s\nthe copy\n%s", from, to)
	}
	if left := on(t, "sprout-1", "ls -A /root/copied"); left != "big\n" {
		t.Errorf("beside the copy there is\n%s", left)
	}
}

// notes are the messages of the run's notes, a line each.
func notes(op person) string {
	var all strings.Builder
	for _, e := range op.events() {
		if e.Type == "note" {
			all.WriteString(e.Message + "\n")
		}
	}
	return all.String()
}

// received is how many bytes came to a host over its cable.
func received(t *testing.T, host string) int64 {
	t.Helper()
	var sum int64
	for line := range strings.Lines(on(t, host, "cat /proc/net/dev")) {
		name, numbers, _ := strings.Cut(line, ":")
		fields := strings.Fields(numbers)
		if len(fields) == 0 || strings.TrimSpace(name) == "lo" {
			continue
		}
		if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
			sum += n
		}
	}
	return sum
}

// copiedToAHost copies a backup of all nodes to another host, loses it on one of them, and brings it in again.
func copiedToAHost(t *testing.T, op person, id string) {
	t.Helper()
	takenAway(t, "/var/lib/copies", "sprout-1")
	at := []string{"--input", "backup=" + id, "--input", "at=sprout-1", "--yes"}
	op.must(append([]string{"run", "copy-backup-off", "--input", "to=/var/lib/copies"}, at...)...)
	list := "cd %s/cassandra && find . -type f ! -name verified.json | LC_ALL=C sort | xargs sha256sum"
	saved := on(t, "vellum-2", fmt.Sprintf(list, "/var/lib/tidemark/backups/"+id))
	if copied := on(t, "sprout-1", fmt.Sprintf(list, "/var/lib/copies/"+id+"/vellum-2")); copied != saved {
		t.Errorf("vellum-2 saved\n%s\nits copy has\n%s", saved, copied)
	}
	on(t, "vellum-2", "rm -rf /var/lib/tidemark/backups/"+id)
	op.must(append([]string{"run", "copy-backup-in", "--input", "from=/var/lib/copies"}, at...)...)
	if again := on(t, "vellum-2", fmt.Sprintf(list, "/var/lib/tidemark/backups/"+id)); again != saved {
		t.Errorf("vellum-2 saved\n%s\nand now has\n%s", saved, again)
	}
	if left := on(t, "sprout-1", "find /var/lib/copies -name '.tidemark-*'"); left != "" {
		t.Errorf("on sprout-1 there is still\n%s", left)
	}
}
