package main

import (
	"os"
	"strings"
	"testing"
)

// What new writes can be planned, in each language of a program: it sees what is there, is not, or is not right.
func TestNewProgramPlans(t *testing.T) {
	for _, language := range []string{"sh", "python"} {
		t.Run(language, func(t *testing.T) {
			d := newDesk(t)
			d.tidemark(0, "new", "kind", "keep-line", "--program="+language)
			d.book(`id: line, keep-line: {path: DIR/line}`)
			wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "+ line  keep-line: keep the line in")
			d.write("line", "another\n", 0o600)
			wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "~ line  keep-line: keep the line in")
			d.tidemark(0, "--yes=hill", "run", d.path("try.yaml"))
			if got := d.read("line"); got != "kept by keep-line\n" {
				t.Errorf("%q", got)
			}
			wants(t, d.tidemark(0, "plan", d.path("try.yaml")), "= line")
			if info, err := os.Stat(d.path("kinds/keep-line/keep-line")); err != nil || info.Mode().Perm()&0o111 == 0 {
				t.Errorf("%v, %v", info, err)
			}
			if lines := strings.Count(d.read("kinds/keep-line/keep-line"), "\n"); lines > 40 {
				t.Errorf("%d lines to begin with", lines)
			}
		})
	}
}

func TestNewPlans(t *testing.T) {
	d := newDesk(t)
	d.tidemark(0, "new", "kind", "start-service")
	d.book(`id: up, start-service: {service: cassandra_process}`)
	wants(t, d.tidemark(0, "validate", d.path("try.yaml"), d.path("kinds/start-service.yaml")), "2 files valid")
	t.Chdir(d.dir)
	d.tidemark(0, "new", "runbook", "look")
	wants(t, d.tidemark(0, "run", "./look.yaml", "--input", "wait=1ms"), "look/load@here", "closed: done")
}
