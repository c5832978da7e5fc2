package story

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ownLab is a lab that one test has for itself, beside the one that all others share.
type ownLab struct {
	t              *testing.T
	prefix, subnet string
}

func (l ownLab) do(verb string, args ...string) string {
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

// on runs a shell line on a host's console.
func (l ownLab) on(host, line string) string {
	l.t.Helper()
	return l.do("exec", host, "--", "/bin/sh", "-c", line)
}

// operator is one of this lab's site. It frees no nodes: the lab is destroyed.
func (l ownLab) operator() person {
	return person{l.t, "/var/lib/tidemark-lab/" + l.prefix + "/site.yaml", l.t.TempDir()}
}
