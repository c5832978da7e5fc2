package cassandra

import (
	"fmt"

	"tidemark/engine"
	"tidemark/steps/internal/cassconf"
)

// records reads the records of all runs beside the data directories. A directory without a record is a run whose
// staging never began to count.
func records(a engine.Asker, dataDirs []string) ([]swapRecord, error) {
	runs, err := runsBeside(a, dataDirs)
	if err != nil {
		return nil, engine.Fail(engine.ClassIO, err)
	}
	var out []swapRecord
	for _, run := range runs {
		r, err := readRecord(a, dataDirs, run)
		if err != nil {
			return nil, err
		}
		if r != nil {
			out = append(out, *r)
		}
	}
	return out, nil
}

// OpenSwaps lists the runs whose exchange of table directories is half-way on this node. Then nobody but such a run,
// or the undo bound to it, may start Cassandra or drop the node's lock. A node without Cassandra has none.
func OpenSwaps(a engine.Asker) ([]string, error) {
	if !exists(a.Path(cassconf.DefaultPath)) {
		return nil, nil
	}
	c, err := readConfig(a)
	if err != nil {
		return nil, err
	}
	all, err := records(a, c.DataDirs)
	var open []string
	for _, r := range all {
		if r.open() {
			open = append(open, r.Run)
		}
	}
	return open, err
}

// refuseOthers refuses a restore while another one on this node is neither released nor undone: its old sets would
// no longer be the state before.
func refuseOthers(a engine.Asker, dataDirs []string, run string) error {
	all, err := records(a, dataDirs)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Run != run && r.held() {
			return engine.WithNext(
				engine.Failf(engine.ClassPrecondition, "the restore of backup %s by run %s is %s and not released yet", r.Backup, r.Run, r.State),
				fmt.Sprintf("keep it: tidemark run release-restore-vellum --input run=%s; or take it back: tidemark run undo-restore-vellum --input run=%s", r.Run, r.Run))
		}
	}
	return nil
}
