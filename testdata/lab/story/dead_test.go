package story

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// diesInARestore lets vellum-2 of four die for good while it exchanges tables, when the others have exchanged theirs, and
// kills the controller. The others take the restore back without it, as the night card says: they have every row from before
// the restore, are free, and keep nothing. The ring has three members then. It gives the digest, and the run of the restore.
func (l ownLab) diesInARestore(op person, restore []string) (before, run string) {
	l.t.Helper()
	const dead = "vellum-2"
	others := []string{"vellum-1", "vellum-3", "vellum-4"}
	l.do("load", "--lines", "100", "--wide", "500", "--phase", "newer")
	before = l.do("digest")
	member := l.hostID(dead)
	p, w := op.frozenAt(dead, func(c change) bool { return c.exchanged() != "" }, restore...)
	p.until("the others exchanged all tables", func() bool { return op.seen("end", "restore/files@") == len(others) })
	l.do("crash", dead)
	w.end()
	p.kill()
	run = op.id()
	l.struckOut(dead)

	without := []string{"--input", "run=" + run, "--input", "gone=" + dead, "--yes=lab"}
	p = op.startTo("start/serving@vellum-1", append([]string{"run", "undo-restore-vellum"}, without...)...)
	p.until("the others see each other", func() bool {
		return strings.Count(l.on("vellum-1", "LAB_PROBE=1 nodetool status 2>/dev/null || true"), "\nUN ") == len(others)
	})
	if n := op.seen("end", "start/serving@"); n != 0 {
		l.t.Errorf("%d nodes did not wait until the ring let go of %s:\n%s", n, dead, p.out)
	}
	l.on("vellum-1", "nodetool removenode "+member)
	if code := p.wait(); code != 0 {
		l.t.Fatalf("tidemark %s: status %d\n%s", p.name, code, p.out)
	}
	if after := l.do("digest"); after != before {
		l.t.Errorf("before the restore\n%s\nafter its undo\n%s\n%s", before, after, p.out)
	}
	said(l.t, op.must("status", run), "undone")
	op.must(append([]string{"run", "release-restore-vellum"}, without...)...)
	l.nothingHeld(op, run, others)
	return before, run
}

// struckOut takes a host out of the site file, and the addresses of all out of the controller's memory, as some minutes do:
// that one is dead is then told at once, where else ssh would wait for half a minute.
func (l ownLab) struckOut(host string) {
	l.t.Helper()
	path := filepath.Join("/var/lib/tidemark-lab", l.prefix, "site.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	var rest strings.Builder
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(strings.TrimSpace(line), host+":") {
			rest.WriteString(line)
		}
	}
	if err := os.WriteFile(path, []byte(rest.String()), 0o644); err != nil {
		l.t.Fatal(err)
	}
	if out, err := exec.Command("ip", "neigh", "flush", "dev", l.prefix+"-ctl").CombinedOutput(); err != nil {
		l.t.Fatalf("ip neigh flush: %v\n%s", err, out)
	}
}

// nothingHeld looks that no node of the site is locked or half-way, and that these keep nothing of the run's restore.
func (l ownLab) nothingHeld(op person, run string, hosts []string) {
	l.t.Helper()
	nodes := op.must("nodes", "-o", "json", "--limit", "ellis-1,sprout-1,"+strings.Join(hosts, ","))
	if strings.Contains(nodes, `"lock"`) || strings.Contains(nodes, `"swaps"`) {
		l.t.Errorf("a node is held:\n%s", nodes)
	}
	for _, host := range hosts {
		if left := l.on(host, "cd /var/lib/cassandra/tidemark/"+run+" && find . -mindepth 1 -type d"); left != "" {
			l.t.Errorf("%s keeps of the restore\n%s", host, left)
		}
	}
}
