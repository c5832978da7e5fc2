package story

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestReplacedNode loses a node for good in the middle of a restore, which is taken back without it. A new machine then
// joins the ring in its place, with tokens of its own choice: the gate refuses the restore before any change and names the
// way. That way is then gone, word by word, and the restore brings every row back. The ring has four members, so that the
// other rows have their replicas among three.
func TestReplacedNode(t *testing.T) {
	l := ownLab{t, "tmtr", "10.85.0"}
	l.do("destroy")
	t.Cleanup(func() { l.do("destroy") })
	ended := overdue(t) // on the lab of the other tests, which has nothing to do meanwhile
	l.do("up", "--nodes", "ellis-1,vellum-1,vellum-2,vellum-3,vellum-4,sprout-1")
	l.do("load", "--lines", "100", "--wide", "500")
	op := l.operator()
	want := l.do("digest")
	op.must("run", "backup-vellum", "--yes")
	tokens := l.savedTokens("vellum-2", op.id())
	if fourth := l.savedTokens("vellum-4", op.id()); len(fourth) != len(tokens) {
		t.Errorf("the backup of vellum-4 has %d tokens, that of vellum-2 %d", len(fourth), len(tokens))
	}

	restore := []string{"run", "restore-vellum", "--input", "backup=latest", "--yes=lab"}
	old := l.hostID("vellum-2")
	newer, undone := l.diesInARestore(op, restore)
	l.do("start", "vellum-2")
	l.on("vellum-2", "rm -rf /var/lib/tidemark/node") // of the old machine only the disk with the backups is left
	l.wiped("vellum-2", "sed -i '/^initial_token:/d' /etc/cassandra/cassandra.yaml")
	l.joined("vellum-2")
	if l.hostID("vellum-2") == old {
		t.Fatalf("vellum-2 is still host %s", old)
	}

	op.refused(5, []string{
		"vellum-2", "0 of 16 are the same", "a replacement or another ring", "rows would be lost",
		"nodetool decommission, with --force", "num_tokens and initial_token", "auto_bootstrap: false", "sstableloader",
	}, restore...)
	l.untouched(newer, undone)

	l.on("vellum-2", "nodetool decommission --force")
	l.wiped("vellum-2", fmt.Sprintf("sed -i 's/^num_tokens: .*/num_tokens: %d\\ninitial_token: %s/' /etc/cassandra/cassandra.yaml",
		len(tokens), strings.Join(tokens, ",")))
	l.joined("vellum-2")
	out := op.must(restore...)
	if got := l.do("digest"); got != want {
		t.Errorf("the digests differ:\nwant\n%s\ngot\n%s\n%s", want, got, out)
	}
	ended()
}

// hostID is the host's in the ring.
func (l ownLab) hostID(host string) string {
	l.t.Helper()
	return strings.TrimSpace(l.on(host, "nodetool info | sed -n 's/^ID *: //p'"))
}

// savedTokens are those that the backup's manifest on the host holds.
func (l ownLab) savedTokens(host, backup string) []string {
	l.t.Helper()
	var manifest struct{ Server struct{ Tokens []string } }
	raw := l.on(host, "cat /var/lib/tidemark/backups/"+backup+"/cassandra/manifest.json")
	if err := json.Unmarshal([]byte(raw), &manifest); err != nil {
		l.t.Fatal(err)
	}
	return manifest.Server.Tokens
}

// wiped stops Cassandra on a host, empties its directories and changes its configuration.
func (l ownLab) wiped(host, change string) {
	l.t.Helper()
	l.on(host, `for i in $(seq 50); do monit stop cassandra_process && break; sleep 0.2; done
		while kill -0 "$(cat /var/run/cassandra/cassandra.pid 2>/dev/null)" 2>/dev/null; do sleep 0.2; done
		rm -rf /var/lib/cassandra/*/*
		`+change)
}

// joined starts Cassandra on a host and waits until the ring is whole.
func (l ownLab) joined(host string) {
	l.t.Helper()
	l.on(host, "monit start cassandra_process")
	l.do("up")
}

// untouched looks that a restore that was refused left no directory of its own on any host, where only that of an earlier run
// may be, and the rows as they are.
func (l ownLab) untouched(digest, earlier string) {
	l.t.Helper()
	for _, host := range append([]string{"vellum-4"}, vellums...) {
		if left := l.on(host, "ls /var/lib/cassandra/tidemark 2>/dev/null | grep -vx "+earlier+" || true"); left != "" {
			l.t.Errorf("%s has %s", host, left)
		}
	}
	if got := l.do("digest"); got != digest {
		l.t.Errorf("the rows changed:\nwas\n%s\nis\n%s", digest, got)
	}
}
