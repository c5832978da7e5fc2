package cassandra

import (
	"context"

	"tidemark/engine"
)

// restoreState tells how a restore stands on a node.
type restoreState struct {
	Run string `json:"run" help:"run that restored" required:"true"`
}

// RestoreStateOut is how a restore stands on one node.
type RestoreStateOut struct {
	Node  string `json:"node" help:"node that was looked at"`
	State string `json:"state" help:"staged, open, restored, undoing, undone or released; none where the run left nothing"`
	Live  string `json:"live" help:"whose data the node has: restored, before, between (half exchanged); none where the run left nothing"`
}

// Check refuses what cannot be looked for.
func (s *restoreState) Check() error { return checkRun(s.Run) }

// RestoreState is the kind restore-state.
func RestoreState() engine.Kind {
	return engine.Kind{
		Name: "restore-state",
		Doc: "Tells how a restore stands on the node, and whose data is live there. An assert on the controller compares the nodes: " +
			"where some have the restored data and others what was there before, nothing of it may be released.",
		Example: "id: stands\nrestore-state: {run: 20261122T010203Z-k7}",
		Redo:    engine.Pure,
		New:     func() engine.Step { return &restoreState{} },
		Out:     RestoreStateOut{},
		Version: 1,
	}
}

// Plan reads the record of the run.
func (s *restoreState) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	_, rec, err := restoreOf(v, s.Run)
	if err != nil {
		return engine.Change{}, err
	}
	out := RestoreStateOut{Node: v.Node, State: "none", Live: rec.live()}
	if rec != nil {
		out.State = rec.State
	}
	return engine.Change{Sign: engine.Same, Summary: "the restore of run " + s.Run + " is here: " + out.State, Out: engine.Encode(out)}, nil
}

// Apply is never reached: Plan is the whole look.
func (s *restoreState) Apply(context.Context, *engine.Host, engine.Change) (engine.Output, error) {
	return engine.Output{}, nil
}

// live says whose data a node has.
func (r *swapRecord) live() string {
	switch {
	case r == nil:
		return "none"
	case r.open():
		return "between"
	case r.State == stateStaged || r.asBefore():
		return "before"
	}
	return "restored"
}
