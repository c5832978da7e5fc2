package main

import (
	"slices"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

// ways is what to do about an open run that another one meets, driven or not.
func (a *app) ways(p *engine.Plan, s *engine.State, driver *journal.Driver) string {
	if driver == nil {
		return a.waysOut(p, s)
	}
	return "wait for it: " + a.command("attach", p.Run) + "; or stop it with Ctrl-C where it runs, or: " + a.command("cancel", p.Run)
}

// waysOut is what to do about an open run that nobody drives. Where it has Cassandra down or tables exchanged, that is to
// go on or to take it back; abandon leaves all that to people, so it comes last and says what it leaves.
func (a *app) waysOut(p *engine.Plan, s *engine.State) string {
	resume, abandon := a.onward(p, s, false), a.command("abandon", p.Run)
	down, restored := view.Down(p, s), view.Restored(p, s)
	if len(down)+len(restored) == 0 {
		return either(resume, ", ") + "or: " + abandon
	}
	if restores(p) {
		resume = either(resume, "; ") + "or take it back: " + a.undoOf(p, p.Run)
	}
	return either(resume, "; ") + "only where that cannot be done: " + abandon + ", which leaves " + strings.Join(leaves(down, restored), " and ")
}

// either ends a way where another one follows: with a line of its own behind commands that have theirs.
func either(way, inLine string) string {
	if strings.Contains(way, "\n") {
		return way + "\n"
	}
	return way + inLine
}

// leaves says what is left to people where the run is only abandoned.
func leaves(down, restored []string) (out []string) {
	if len(restored) > 0 {
		out = append(out, "the data as the exchange left it on "+view.NodeList(restored))
	}
	if len(down) > 0 {
		out = append(out, "Cassandra down on "+view.NodeList(down)+", to be started by hand")
	}
	return out
}

// undoOf is the command that takes back the restore run, of which p has the nodes.
func (a *app) undoOf(p *engine.Plan, run string) string {
	return a.on(p).command("run", "undo-restore-vellum", "--input", "run="+run)
}

// restores tells whether the run is a restore, which has an undo.
func restores(p *engine.Plan) (yes bool) {
	p.Tasks(func(t *engine.Task) { yes = yes || t.Kind == "restore-keyspace" })
	return yes
}

// warnDown says where the run leaves Cassandra down. Where tables are half exchanged it must stay so.
func (a *app) warnDown(p *engine.Plan, s *engine.State, half []string) {
	down := slices.DeleteFunc(view.Down(p, s), func(n string) bool { return slices.Contains(half, n) })
	if len(down) == 0 {
		return
	}
	a.say("WARNING: Cassandra is stopped or drained on %s, and abandon does not start it. Bring it up there by hand when the run is abandoned: monit start cassandra_process (where it is only drained: monit restart cassandra_process)", view.NodeList(down))
	if restores(p) {
		a.say("Better, instead of abandoning it: go on with the run: %s; or take the restore back, which starts Cassandra, too: %s", a.onward(p, s, false), a.undoOf(p, p.Run))
	}
}
