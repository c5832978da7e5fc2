package agent

import (
	"cmp"
	"os"
	"strings"

	"tidemark/engine"
)

// verdict is how a finished attempt ended. No record of its beginning means that nothing was done: the process died, or could
// not write, before it began. Where the run's lock is gone as well, that means nothing: the records went, and it may live.
func (a *Agent) verdict(ref engine.TaskRef, note string, err error) (engine.TaskState, error) {
	if err != nil {
		return engine.TaskState{}, err
	}
	at := a.store.attempt(ref)
	state, err := ended(at, "")
	state.Note = note
	if err != nil || state.Standing != engine.Nothing {
		return state, err
	}
	if held, err := a.store.lockRecord(); err != nil || held == nil || held.Run != ref.Run {
		return engine.TaskState{Standing: engine.Orphaned, Note: engine.RecordsGone}, err
	}
	var r engine.Receipt
	if err := read(at.path("failed.json"), &r); err != nil {
		r = at.unsaid(note)
	}
	return engine.TaskState{Standing: engine.Ended, Receipt: &r}, nil
}

// unsaid is the end of an attempt that left no word of it. Where that cannot be written, the disk tells why.
func (a attemptDir) unsaid(note string) engine.Receipt {
	r := engine.Receipt{Outcome: engine.Failed, Class: engine.ClassIO, Message: "the task's process ended before it began"}
	if in, err := a.began(); err == nil && in != nil {
		r.Message = "the task's process ended without a receipt"
	}
	if err := a.roomForRecord(); err != nil {
		r.Class, r.Next = engine.ClassOf(err), engine.NextOf(err)
		r.Message += ": its record cannot be written: " + err.Error()
		return r
	}
	r.Message += "; " + cmp.Or(note, "its log: "+tail(a.path("log"), 300))
	return r
}

// roomForRecord tries what a task writes when it begins.
func (a attemptDir) roomForRecord() error {
	probe := record{a.durable, a.path("record.tmp")}
	defer os.Remove(probe.path) //nolint:errcheck // where it cannot be written there is none
	return probe.begin(Intent{})
}

func tail(path string, n int) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "none"
	}
	return cmp.Or(strings.TrimSpace(string(raw[max(0, len(raw)-n):])), "empty")
}
