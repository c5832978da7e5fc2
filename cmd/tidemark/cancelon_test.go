package main

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tidemark/engine"
)

// cancelled is a node that answers for each task what it did.
type cancelled struct {
	engine.Node
	did map[string]engine.Cancelled
}

func (c cancelled) Cancel(_ context.Context, ref engine.TaskRef) (engine.Cancelled, error) {
	if did, ok := c.did[ref.Task]; ok {
		return did, nil
	}
	return engine.Cancelled{}, errors.New("cannot be ended: process 7 (nodetool): operation not permitted")
}

// TestCancelTellsWhatItDid: of every task, also behind one that could not be stopped.
func TestCancelTellsWhatItDid(t *testing.T) {
	h := newHouse(t)
	a := &app{stdout: &h.out, stderr: &h.err}
	node := cancelled{did: map[string]engine.Cancelled{"s/told@n": {Told: true}, "s/orphan@n": {Ended: []string{"4711 (java)", "12 (sh)"}}, "s/gone@n": {}}}
	var refs []engine.TaskRef
	for _, task := range []string{"s/stuck@n", "s/told@n", "s/orphan@n", "s/gone@n"} {
		refs = append(refs, engine.TaskRef{Run: openRun, Task: task, Attempt: 1})
	}
	got, err := a.cancelAttempts(t.Context(), node, refs)
	if err == nil || !slices.Equal(got, []string{"s/told@n", "s/orphan@n"}) {
		t.Errorf("%v, %v", got, err)
	}
	h.wants(0, 0, "cancelled s/told@n\n", "cancelled s/orphan@n: its process was gone; what it had started was stopped: 4711 (java), 12 (sh)\n",
		"s/gone@n was not running any more\n")
}

// TestLivingOnHasTheNodesEpoch: an attempt that a resumed run attached to was begun under an earlier one.
func TestLivingOnHasTheNodesEpoch(t *testing.T) {
	ref := func(run, task string, epoch int64) engine.TaskRef {
		return engine.TaskRef{Run: run, Task: task, Attempt: 1, Epoch: epoch}
	}
	there := engine.NodeState{Lock: &engine.LockRecord{Run: openRun, Epoch: 3}, Alive: []engine.TaskRef{ref(openRun, "a", 1), ref(openRun, "b", 0), ref("other", "c", 1)}}
	got := livingOn(there, []engine.TaskRef{ref(openRun, "a", 2)}, openRun)
	if want := []engine.TaskRef{ref(openRun, "a", 3), ref(openRun, "b", 3)}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
