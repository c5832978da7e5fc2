package main

import (
	"encoding/json"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

// undone is the run that an undo runbook takes back.
func undone(p *engine.Plan) (string, bool) {
	run, ok := p.Inputs["run"].(string)
	return run, ok && strings.HasPrefix(p.Runbook, "undo-")
}

// mustUndo refuses an undo of which no node has anything to take back, such as one of a run that was typed wrongly: it would
// stop Cassandra everywhere, and repair the ring, for nothing.
func (a *app) mustUndo(p *engine.Plan) error {
	run, ok := undone(p)
	if !ok || !nothingToUndo(p) {
		return nil
	}
	next := "look which run restored: " + a.command("runs")
	if rec, err := journal.Read(journal.Dir(a.stateDir(), run)); err == nil && engine.Fold(rec.Events).Closed == "" {
		next = "where it is to end: " + a.command("abandon", run)
	}
	return &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "run %s restored nothing on %s: there is nothing to take back", run,
		view.NodeList(engine.NodesOf(p))), next)}
}

// nothingToUndo: the undo was asked on every node, and none has anything of the run. A restore that is undone already is
// something: where that undo was abandoned, another one starts Cassandra.
func nothingToUndo(p *engine.Plan) bool {
	asked, nothing := false, true
	p.Tasks(func(t *engine.Task) {
		if t.Kind != "undo-restore" && t.Kind != "undo-schema" {
			return
		}
		var left struct {
			Backup            string
			Keyspaces, Tables []string
		}
		known := t.Change.Sign == engine.Same && json.Unmarshal(t.Change.Out, &left) == nil
		asked, nothing = true, nothing && known && left.Backup == "" && len(left.Keyspaces)+len(left.Tables) == 0
	})
	return asked && nothing
}
