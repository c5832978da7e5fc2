package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tidemark/testdata/lab/site"
)

func keyspaces() []string {
	return []string{"homestead_provisioning", "homestead_cache", "homer", "memento"}
}

// backup saves the same data by tidemark, by hand and by Medusa.
func (b *bench) backup() error {
	if err := b.fill(b.mib); err != nil {
		return err
	}
	what := "backup of " + b.data + " on each of 3 nodes"
	took, err := b.backupsByHand(what)
	if err != nil {
		return err
	}
	if b.medusa == "" {
		b.skip(what+", against Medusa 0.31", "≥ 2× faster", "Medusa is not installed")
		return nil
	}
	alone, err := b.taken(b.repeat, b.backUpByMedusa)
	if err != nil {
		b.skip(what+", against Medusa 0.31", "≥ 2× faster", err.Error())
		return nil
	}
	b.faster(what, took, alone[0], "Medusa 0.31, local storage, full", 2)
	return nil
}

// backUp does what the others do, backUpAndCount what a site does that says nothing.
func (b *bench) backUp() error {
	_, err := b.tm("run", "backup-vellum", "--yes", "--input", "counts=false")
	return err
}

func (b *bench) backUpAndCount() error {
	_, err := b.tm("run", "backup-vellum", "--yes")
	return err
}

func (b *bench) backUpByMedusa() error {
	name := fmt.Sprintf("b%d", time.Now().UnixNano())
	return site.Together(b.lab.Vellums(), func(h site.Host) error {
		if err := b.putScript(h, "medusa.ini"); err != nil {
			return err
		}
		if _, err := b.on(h, "mkdir", "-p", "/var/lib/medusa/medusa"); err != nil {
			return err
		}
		out, err := b.on(h, h.InCassandraNetns(b.medusa, "--config-file", "/root/medusa.ini", "backup-node", "--backup-name", name, "--mode", "full")...)
		if err == nil && !strings.Contains(out, "Backup done") {
			err = errors.New("medusa: " + last(out, 300))
		}
		return err
	})
}

// scp waits for the kind of that name: see the table.
func (b *bench) scp() error {
	out, err := b.tm("steps")
	if err != nil {
		return err
	}
	const what, limit = "scp of 1 GiB with both hashes", "≥ 0.85 of the rate of cat | ssh 'cat >'"
	if !strings.Contains("\n"+out, "\nscp ") {
		b.skip(what, limit, "this build has no kind scp")
		return nil
	}
	return b.copies(what)
}
