package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/engine"
)

// Record is what a run's directory holds.
type Record struct {
	Plan   *engine.Plan
	Events []engine.Event
	// Torn names a last line that was not written to its end; "" when the journal is whole.
	Torn string
}

// Open locks the run's directory for this process and reads it. A torn last line is dropped, and cut off when
// something is appended. *Busy says that another process drives the run.
func Open(dir string) (*Journal, *Record, error) { return open(dir, disk{}) }

func open(dir string, d disk) (*Journal, *Record, error) {
	lock, err := take(dir)
	if err != nil {
		return nil, nil, missing(dir, err)
	}
	j := &Journal{disk: d, dir: dir, lock: lock}
	r, p, err := read(dir)
	if err != nil {
		return nil, nil, errors.Join(err, release(lock))
	}
	j.chain, j.good = p.chain, p.good
	return j, r, nil
}

// Read reads the run's directory as it is now, whoever drives the run. The last line may be torn because it is
// being written.
func Read(dir string) (*Record, error) {
	r, _, err := read(dir)
	return r, err
}

func read(dir string) (*Record, *parsed, error) {
	data, err := os.ReadFile(filepath.Join(dir, planName))
	if errors.Is(err, fs.ErrNotExist) && has(dir, journalName) {
		return nil, nil, refuse(dir, planName, nil, errors.New("it is gone"))
	}
	if err != nil {
		return nil, nil, missing(dir, err)
	}
	plan := &engine.Plan{}
	if err := json.Unmarshal(data, plan); err != nil {
		return nil, nil, refuse(dir, planName, nil, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, journalName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	p, err := parse(text, hash(data))
	if err != nil {
		return nil, nil, refuse(dir, journalName, plan.Nodes, err)
	}
	return &Record{Plan: plan, Events: p.events, Torn: p.torn}, p, nil
}

func missing(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return engine.Failf(engine.ClassPrecondition, "%s: there is no run here", dir)
	}
	return err
}

// refuse is the answer to a record that was changed behind tidemark's back: the nodes hold the run, too.
func refuse(dir, name string, nodes []string, err error) error {
	who := strings.Join(nodes, ",")
	if who == "" {
		who = "NODE…"
	}
	return engine.WithNext(
		engine.Fail(engine.ClassPrecondition, fmt.Errorf("%s: %w", filepath.Join(dir, name), err)),
		"the nodes keep the plan and every receipt, take the run up from them: tidemark resume --adopt "+who+" "+filepath.Base(dir))
}
