package main

import (
	"fmt"
	"time"

	"tidemark/testdata/lab/site"
)

// backupsByHand compares with what an operator types, over ssh like tidemark; a second row leaves the operator's logins
// out, not those of tidemark.
func (b *bench) backupsByHand(what string) (ours time.Duration, err error) {
	if err := site.Together(b.lab.Vellums(), func(h site.Host) error { return b.putScript(h, "backup.sh") }); err != nil {
		return 0, err
	}
	took, err := b.taken(b.repeat, b.backUp,
		func() error { return b.backUpByHand(b.overSSH) },
		func() error { return b.backUpByHand(b.onConsole) },
		b.backUpAndCount)
	if err != nil {
		return 0, err
	}
	b.most(what, took[0], took[1], "by hand over ssh", 1.3)
	b.beside(what+", by hand by somebody who is logged in already", took[0], took[2], "by hand")
	b.beside(what+", rows counted, which nobody else does", took[3], took[1], "by hand over ssh")
	return took[0], nil
}

// backUpByHand makes every node's backup at the same time.
func (b *bench) backUpByHand(run func(site.Host, []string) error) error {
	return site.Together(b.lab.Vellums(), func(h site.Host) error {
		dir := fmt.Sprintf("/var/lib/cassandra/by-hand/%d", time.Now().UnixNano())
		argv := append([]string{"sh", "/root/backup.sh", "by-hand", dir}, h.InCassandraNetns("nodetool")...)
		return run(h, append(append(argv, "--"), keyspaces()...))
	})
}

func (b *bench) overSSH(h site.Host, argv []string) error {
	login := []string{"ssh", "-F", b.lab.Dir + "/ssh_config", h.Name}
	if h.Login != "root" {
		login = append(login, "sudo")
	}
	return local(nil, append(login, argv...)...)
}

func (b *bench) onConsole(h site.Host, argv []string) error {
	_, err := b.on(h, argv...)
	return err
}
