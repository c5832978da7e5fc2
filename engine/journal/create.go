package journal

import (
	"encoding/json"
	"errors"
	"path/filepath"

	"tidemark/engine"
)

// The fixed names in a run's directory.
const (
	planName    = "plan.json"
	journalName = "journal.jsonl"
	driverName  = "controller.json"
	logsName    = "logs"
)

// Dir is the directory of a run below a state directory.
func Dir(state, run string) string { return filepath.Join(state, "runs", run) }

// Create makes the run's directory, writes the plan and the first event, all on disk when it returns, and locks the
// directory for this process. A directory that exists is refused.
func Create(dir string, plan *engine.Plan) (*Journal, error) { return create(dir, plan, disk{}) }

func create(dir string, plan *engine.Plan, d disk) (*Journal, error) {
	if err := d.makeDir(dir); err != nil {
		return nil, err
	}
	data, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	lock, err := take(dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{disk: d, dir: dir, lock: lock, chain: chain{prev: hash(data)}}
	if err := j.begin(data, plan); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

func (j *Journal) begin(data []byte, plan *engine.Plan) error {
	if err := j.writeDurable(filepath.Join(j.dir, planName), data); err != nil {
		return err
	}
	return j.Append(&engine.Event{Type: engine.EventCreated, Run: plan.Run, Time: plan.Created, Message: plan.Runbook})
}
