package main

import (
	"fmt"
	"os"
	"strings"
)

// noop runs tasks that do nothing on a local node: a host of the lab, so that both sides use the same small disk.
func (b *bench) noop() error {
	h, err := b.lab.Host("ellis-1")
	if err != nil {
		return err
	}
	program, err := os.ReadFile(b.tidemark)
	if err != nil {
		return err
	}
	for path, data := range map[string][]byte{
		"/root/tidemark": program, "/root/noop.yaml": []byte(noopRunbook(b.tasks)), "/root/site.yaml": []byte(localSite),
	} {
		if err := b.put(h, data, path); err != nil {
			return err
		}
	}
	if err := b.putScript(h, "noop.sh"); err != nil {
		return err
	}
	took, err := b.taken(b.repeat,
		func() error {
			_, err := b.on(h, "/root/tidemark", "--site", "/root/site.yaml", "run", "/root/noop.yaml", "--yes")
			return err
		},
		func() error {
			_, err := b.on(h, "sh", "/root/noop.sh", fmt.Sprint(b.tasks), "/var/lib/by-hand")
			return err
		})
	if err != nil {
		return err
	}
	b.most(fmt.Sprintf("%d tasks that do nothing, local", b.tasks), took[0], took[1], "shell loop", 0.8)
	return nil
}

const localSite = "site: bench\nnodes:\n  here: {connection: local, groups: [all]}\n"

func noopRunbook(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf("t%05d", i)
	}
	return fmt.Sprintf(`runbook: noop
title: Tasks that do nothing
inputs:
  items: {type: list, default: [%s], help: names of the tasks}
stages:
  - stage: work
    on: [here]
    steps:
      - {id: nothing, for-each: inputs.items, run: {argv: ["true"], redo: idempotent}}
`, strings.Join(items, ", "))
}

const barriers = 10

// ssh runs a step and a barrier, ten times, on three hosts where root logs in.
func (b *bench) ssh() error {
	names := []string{"ellis-1", "vellum-1", "sprout-1"}
	runbook, err := b.write("steps.yaml", stepsRunbook(names))
	if err != nil {
		return err
	}
	byHand, err := b.script("steps.sh")
	if err != nil {
		return err
	}
	ours := func() error { _, err := b.tm("run", runbook, "--yes"); return err }
	theirs := func() error {
		return local(nil, append([]string{"sh", byHand, b.lab.Dir + "/ssh_config", b.lab.Dir + "/bench", fmt.Sprint(barriers)}, names...)...)
	}
	took, err := b.taken(b.repeat, ours, theirs)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d steps × %d nodes over ssh, barriers", barriers, len(names))
	b.most(what, took[0], took[1], "ssh with ControlMaster", 3)
	hosts, err := b.hostsOf(names)
	if err != nil {
		return err
	}
	return b.ansible(what, runbook, hosts)
}

func stepsRunbook(names []string) string {
	var s strings.Builder
	s.WriteString("runbook: steps\ntitle: Steps with barriers\nstages:\n")
	for i := range barriers {
		fmt.Fprintf(&s, "  - stage: s%d\n    on: [%s]\n    steps:\n      - {id: nothing%d, run: {argv: [\"true\"], redo: idempotent}}\n", i, strings.Join(names, ", "), i)
	}
	return s.String()
}
