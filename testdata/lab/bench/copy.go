package main

import (
	crand "crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tidemark/testdata/lab/site"
)

const copied = 1 << 30

// copies sends a file of 1 GiB to a node by the kind scp and by cat through ssh, both with the lab's ssh
// configuration and so with the same cipher. The time of the kind is that of the whole run: the login, the locks, the plan, and
// the wait for the disk are in it.
func (b *bench) copies(what string) error {
	source := b.file("gib")
	if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
		return err
	}
	if err := randomFile(source, copied); err != nil {
		return err
	}
	defer os.Remove(source) //nolint:errcheck // goes with the lab in any case
	h, err := b.lab.Host("ellis-1")
	if err != nil {
		return err
	}
	runbook, err := b.write("copy.yaml", fmt.Sprintf(copyRunbook, source))
	if err != nil {
		return err
	}
	took, err := b.copyTimes(source, h, runbook)
	if err != nil {
		return err
	}
	ours := rate(what, took[0], took[1])
	ours.limit, ours.verdict = "≥ 0.85", verdict(took[1].Seconds() >= 0.85*took[0].Seconds())
	b.add(ours)
	b.add(rate("the floor of it: by hand with sha256 at both ends", took[2], took[1]))
	return nil
}

// copyTimes is what each way takes: the runbook, cat through ssh, and that with a sum at both ends. Each finds an empty
// host, and what it left in memory goes with its file: cat does not wait for the disk, and what came next would.
func (b *bench) copyTimes(source string, h site.Host, runbook string) ([]time.Duration, error) {
	byHand := func(script string) work {
		return func() error { return local(nil, "sh", script, b.lab.Dir+"/ssh_config", h.Name, source) }
	}
	cat, err := b.script("cat.sh")
	if err != nil {
		return nil, err
	}
	summed, err := b.script("copy.sh")
	if err != nil {
		return nil, err
	}
	clean := func() error {
		_, err := b.on(h, "rm", "-rf", "/root/copied", "/root/by-hand", "/root/summed")
		return err
	}
	took, err := b.taken(b.repeat,
		func() error { _, err := b.tm("run", runbook, "--yes=lab"); return err }, clean,
		byHand(cat), clean,
		byHand(summed), clean)
	if err != nil {
		return nil, err
	}
	return []time.Duration{took[0], took[2], took[4]}, nil
}

// rate compares with a copy by cat, which proves nothing.
func rate(what string, took, cat time.Duration) row {
	return row{
		what: what, measured: speed(took.Seconds()), peer: speed(cat.Seconds()) + " cat through ssh",
		ratio: fmt.Sprintf("%.2f of its rate", cat.Seconds()/took.Seconds()),
	}
}

const copyRunbook = `runbook: copy
title: One large file
stages:
  - stage: copy
    on: [ellis-1]
    steps:
      - {id: copy, scp: {from: controller, source: %s, target: /root/copied}}
`

func speed(seconds float64) string { return fmt.Sprintf("%.0f MB/s", copied/1e6/seconds) }

func randomFile(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.CopyN(f, crand.Reader, size); err != nil {
		return err
	}
	return f.Sync() // not while copies are measured
}
