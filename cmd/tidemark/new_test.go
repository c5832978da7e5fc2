package main

import (
	"os"
	"testing"
)

// What new writes can be planned, and the program can be run.
func TestNewPlans(t *testing.T) {
	d := newDesk(t)
	d.tidemark(0, "new", "kind", "keep-line", "--program")
	d.tidemark(0, "new", "kind", "start-service")
	d.book(`id: line, keep-line: {path: DIR/line}`)
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "+ line  keep-line: keep the line in")
	d.tidemark(0, "--yes=hill", "run", d.path("try.yaml"))
	if got := d.read("line"); got != "kept by keep-line\n" {
		t.Errorf("%q", got)
	}
	wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "= line")
	if info, err := os.Stat(d.path("kinds/keep-line/keep-line")); err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("%v, %v", info, err)
	}
	d.book(`id: up, start-service: {service: cassandra_process}`)
	wants(t, d.tidemark(0, "validate", d.path("try.yaml"), d.path("kinds/start-service.yaml")), "2 files valid")
}
