package main

import (
	"fmt"
	"strings"

	"tidemark/testdata/lab/site"
)

// ansible runs the same as a playbook, as Debian ships it but without gathering facts. It keeps its connections for a
// minute, so all but its first playbook log in nowhere; the second row gives tidemark the same.
func (b *bench) ansible(what, runbook string, hosts []site.Host) error {
	theirs, err := b.playbook(hosts)
	if err != nil {
		return err
	}
	kept, err := b.keptSite()
	if err != nil {
		return err
	}
	took, err := b.taken(b.repeat,
		func() error { _, err := b.tm("run", runbook, "--yes"); return err },
		func() error { _, err := b.tmOn(kept, "run", runbook, "--yes"); return err },
		theirs,
		func() error { return b.logins(hosts) })
	if err != nil {
		return err
	}
	b.faster(what, took[0], took[2], "ansible-core", 20)
	b.faster(what+", connections kept by ssh as Ansible keeps them", took[1], took[2], "ansible-core", 20)
	b.add(row{
		fmt.Sprintf("the floor of it: %d logins by ssh at once, nothing else", len(hosts)), seconds(took[3]), seconds(took[2]) + " ansible-core",
		fmt.Sprintf("%.1f× faster", took[2].Seconds()/took[3].Seconds()), "", "",
	})
	return nil
}

func (b *bench) playbook(hosts []site.Host) (work, error) {
	playbook, err := b.write("steps.yml", "- hosts: all\n  gather_facts: false\n  tasks:\n"+strings.Repeat("    - command: \"true\"\n", barriers))
	if err != nil {
		return nil, err
	}
	inventory := ""
	for _, h := range hosts {
		inventory += h.Name + " ansible_python_interpreter=/usr/bin/python3\n"
	}
	path, err := b.write("inventory", inventory)
	env := []string{"ANSIBLE_SSH_ARGS=-F " + b.lab.Dir + "/ssh_config -o ControlMaster=auto -o ControlPersist=60s", "ANSIBLE_NOCOWS=1"}
	return func() error { return local(env, "ansible-playbook", "-i", path, playbook) }, err
}

// keptSite is the lab's site with an ssh configuration that keeps connections.
func (b *bench) keptSite() (string, error) {
	config := "Include " + b.lab.Dir + "/ssh_config\nHost *\n  ControlMaster auto\n  ControlPersist 60s\n  ControlPath " + b.file("%C") + "\n"
	path, err := b.write("kept_config", config)
	if err != nil {
		return "", err
	}
	return b.write("kept.yaml", strings.Replace(b.lab.SiteYAML(), b.lab.Dir+"/ssh_config", path, 1))
}

// logins runs `true` on all hosts at once, over connections of their own.
func (b *bench) logins(hosts []site.Host) error {
	return site.Together(hosts, func(h site.Host) error { return local(nil, "ssh", "-F", b.lab.Dir+"/ssh_config", h.Name, "true") })
}

func (b *bench) hostsOf(names []string) ([]site.Host, error) {
	var out []site.Host
	for _, n := range names {
		h, err := b.lab.Host(n)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}
