package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"strings"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

// stateDir is where run directories lie.
func (a *app) stateDir() string {
	return cmp.Or(a.state, userState(os.Geteuid(), os.Getenv), nowhere)
}

// pickRun is the directory of the run that args name, or of the only open one.
func (a *app) pickRun(args []string) (string, error) {
	if len(args) > 0 {
		all, err := journal.List(a.stateDir())
		if err != nil {
			return "", err
		}
		return a.named(all, args[0])
	}
	open, err := journal.ListOpen(a.stateDir())
	if err != nil {
		return "", err
	}
	if len(open) == 1 {
		return open[0].Dir, nil
	}
	if err := a.stateThere(); err != nil {
		return "", err
	}
	if len(open) == 0 {
		return "", usagef(a.command("runs"), "no run is open in %s; name a RUN", a.stateDir())
	}
	a.runsTable(a.stderr, open)
	return "", usagef("", "%d runs are open; name one", len(open))
}

// stateThere refuses a state directory that is gone, or was never made: the nodes know who holds them, and keep his run.
func (a *app) stateThere() error {
	if _, err := os.Stat(a.stateDir()); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return usagef("see which run holds which node: "+a.command("nodes")+"; a run is taken up again from its nodes by resume --adopt",
		"the state directory %s does not exist: no run is known here", a.stateDir())
}

// readRun reads the run that args name, or the only open one.
func (a *app) readRun(args []string) (dir string, rec *journal.Record, err error) {
	if dir, err = a.pickRun(args); err == nil {
		rec, err = journal.Read(dir)
	}
	return dir, rec, err
}

// mustBeOpen refuses a run that is closed.
func (a *app) mustBeOpen(p *engine.Plan, s *engine.State) error {
	if s.Closed != "" {
		return usagef(a.afterClose(p, s), "run %s is closed: %s", p.Run, s.Closed)
	}
	return nil
}

// named finds a run by its id. Of an unknown one no other is proposed: ids of one minute are alike, and it may be a run
// that another machine began.
func (a *app) named(all []journal.Entry, run string) (string, error) {
	for _, e := range all {
		if e.Run == run {
			return e.Dir, nil
		}
	}
	next := a.command("runs")
	if strings.ContainsAny(run, "0123456789") { // the id of a run
		next += "; or, where only its nodes keep it: " + a.command("resume", "--adopt", "NODES", view.Command([]string{run}))
	} else if a.yes == plainYes {
		return "", apartFromYes([]string{run})
	}
	return "", usagef(next, "there is no run %q in %s", run, a.stateDir())
}

// controllerOut takes the controller out of a list of nodes.
func controllerOut(names []string) []string {
	var out []string
	for _, n := range names {
		if n != engine.ControllerNode {
			out = append(out, n)
		}
	}
	return out
}
