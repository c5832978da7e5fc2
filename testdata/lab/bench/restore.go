package main

import (
	"os"
	"time"

	"github.com/gocql/gocql"

	"tidemark/testdata/lab/cluster"
)

// restore measures how long a node is without CQL, for all of the data and for a tenth of it.
func (b *bench) restore() error {
	much, err := b.outages(b.mib)
	if err != nil {
		return err
	}
	all := b.data
	if err := b.empty(); err != nil {
		return err
	}
	little, err := b.outages(b.mib / 10)
	if err != nil {
		return err
	}
	b.most("restore of "+all+": longest time a node is without CQL", much.restored, much.alone, "drain, stop, start alone", 1.2)
	b.most("restore of "+b.data+": the same", little.restored, little.alone, "drain, stop, start alone", 1.2)
	b.most("restore of "+all+" against "+b.data, much.restored, little.restored, "for a tenth", 1.2)
	return nil
}

// outages are the medians of the longest times that a node was without CQL.
type outages struct{ alone, restored time.Duration }

// outages restarts and restores in turn. The last backup is restored again and again: each restore is released, since
// the next one is refused until then.
func (b *bench) outages(mib int) (outages, error) {
	if err := b.fill(mib); err != nil {
		return outages{}, err
	}
	if err := b.backUp(); err != nil {
		return outages{}, err
	}
	var alone, restored []time.Duration
	for range b.repeat {
		took, err := b.without(b.restart)
		if err != nil {
			return outages{}, err
		}
		alone = append(alone, took)
		if took, err = b.without(b.restoreLatest); err != nil {
			return outages{}, err
		}
		restored = append(restored, took)
		if err := b.release(); err != nil {
			return outages{}, err
		}
	}
	return outages{median(alone), median(restored)}, nil
}

func (b *bench) restoreLatest() error {
	_, err := b.tm("run", "restore-vellum", "--input", "backup=latest", "--yes=lab")
	return err
}

// release takes the run before it, the restore.
func (b *bench) release() error {
	runs, err := os.ReadDir(b.file("state/runs")) // sorted, and a run's id begins with its time
	if err != nil {
		return err
	}
	_, err = b.tm("run", "release-restore-vellum", "--input", "run="+runs[len(runs)-1].Name(), "--yes=lab")
	return err
}

func (b *bench) empty() error {
	session, err := cluster.Session(b.lab, gocql.All)
	if err != nil {
		return err
	}
	defer session.Close()
	return session.Query("TRUNCATE memento.call_lists").Exec()
}
