package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/user"
	"strings"
	"time"

	"golang.org/x/term"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/engine/journal"
)

// driven is a run with all that it needs; fresh and resumed ones are the same.
type driven struct {
	session *session
	plan    *engine.Plan
	basis   engine.Basis
	nodes   map[string]engine.Node
	state   *engine.State
	journal *journal.Journal
	// settlement is the end of a task that a person settled, until it is in the journal; nil is none.
	settlement *engine.Event
	// replaces is the open run whose locks this one takes; closing is how that one ends, "" is failed.
	replaces, closing string
}

// create makes the run's directory; the first event is in the state, too. The plan keeps which run is replaced: who goes
// on with this one has nothing else that tells.
func (r *driven) create(dir string) (err error) {
	r.plan.Replaces = r.replaces
	if r.journal, err = journal.Create(dir, r.plan); err != nil {
		return &refused{err}
	}
	r.state.Add(&engine.Event{Type: engine.EventCreated, Run: r.plan.Run})
	return nil
}

// drive carries the run out before the operator's eyes, and reports its end.
func (a *app) drive(ctx context.Context, r *driven) error {
	began, first, epoch := time.Now(), r.state.Began, r.state.Epoch
	tracker := view.NewTracker()
	tracker.Attach(r.state, began)
	sink := a.sink(r.plan, r.state)
	see := func(e engine.Event) {
		tracker.Event(e)
		sink.Event(e)
	}
	x := &engine.Executor{
		Plan: r.plan, Basis: r.basis, Nodes: r.nodes, Journal: r.journal, State: r.state, Holder: holder(),
		TakeOver: r.replaces, Ask: a.asker(sink), Observe: see, Secrets: (&agent.Secrets{Site: r.basis.Site}).Read,
	}
	r.session.onNotify(func(node string, up bool, err error) {
		if e := linkEvent(r.plan.Run, node, up, err); r.journal.Append(&e) == nil {
			see(e)
		}
	})
	inner, stop := a.watchSignals(ctx, x, tracker, sink)
	err := x.Run(inner)
	detached := inner.Err() != nil
	stop()
	r.session.onNotify(nil)
	sink.Close()
	err = errors.Join(a.whoHolds(err), r.settleOthers(a))
	if err != nil && !r.state.Verified {
		return a.closeRefused(r, err)
	}
	rep := &view.Report{Stages: view.Times(tracker, r.state, time.Now()), Displaced: r.state.Epoch > epoch && errors.Is(err, engine.ErrOvertaken)}
	rep.Took(began, first, time.Now())
	return a.finish(r, err, detached, rep)
}

// sink chooses the view: live on a terminal, else one line per event; beside a JSON answer it goes to stderr.
func (a *app) sink(p *engine.Plan, s *engine.State) view.Sink {
	w := a.stdout
	if a.json() {
		w = a.stderr
	}
	f, ok := w.(*os.File)
	if ok && view.Terminal(w) && os.Getenv("TERM") != "dumb" {
		return view.NewLive(w, view.StyleOf(w), p, s, func() (int, int) { return screen(f) })
	}
	return view.NewLines(w, view.StyleOf(w))
}

// screen is the terminal's size; what it does not tell is as of the classic one. Serial consoles know their columns alone.
func screen(f *os.File) (width, height int) {
	w, h, err := term.GetSize(int(f.Fd()))
	if err != nil {
		w, h = 0, 0
	}
	return cmp.Or(max(w, 0), 80), cmp.Or(max(h, 0), 24)
}

func linkEvent(run, node string, up bool, err error) engine.Event {
	e := engine.Event{Type: engine.EventLost, Time: time.Now().UTC(), Run: run, Node: node}
	if up {
		e.Type = engine.EventBack
	} else if err != nil {
		e.Class, e.Message, e.Next = engine.ClassOf(err), err.Error(), engine.NextOf(err)
	}
	return e
}

// closeRefused ends a run that never began: the executor released what it had locked. One that the nodes know better than
// its record stays open.
func (a *app) closeRefused(r *driven, err error) error {
	if r.state.Closed == "" && r.state.Epoch == 0 && !errors.Is(err, engine.ErrOvertaken) {
		end := engine.Refusal(err)
		end.Time, end.Run = time.Now().UTC(), r.plan.Run
		r.state.Add(&end)
		err = errors.Join(err, r.journal.Append(&end))
	}
	if r.state.Closed != "" {
		err = a.anew(err, r.plan)
	}
	return &refused{err}
}

// anew adds the command that works behind the cure to the refusals of a run that is closed: nothing is there to be gone on with.
func (a *app) anew(err error, p *engine.Plan) error {
	leaves := view.Leaves(err)
	for i, e := range leaves {
		next := engine.NextOf(e)
		switch {
		case errors.Is(e, engine.ErrDrifted):
			leaves[i] = engine.WithNext(e, "look at the difference: "+a.again("plan", p))
		case next != "" && !strings.Contains(next, "tidemark "):
			leaves[i] = engine.WithNext(e, next+"; then again: "+a.again("run", p))
		}
	}
	return errors.Join(leaves...)
}

// settleOthers closes, in this state directory, the run whose locks were taken: as undone when the undo is done,
// as failed when the same runbook was started anew. A run that was refused replaced none.
func (r *driven) settleOthers(a *app) error {
	reason := r.closing
	if reason == "" {
		reason = engine.ClosedFailed
	}
	if r.replaces == "" || !r.state.Verified || (reason == "undone" && r.state.Closed != "done") {
		return nil
	}
	j, rec, err := journal.Open(journal.Dir(a.stateDir(), r.replaces))
	if err != nil {
		a.say("run %s is not in %s; its record there stays as it is", r.replaces, a.stateDir())
		return nil
	}
	defer j.Close()
	if engine.Fold(rec.Events).Closed != "" {
		return nil
	}
	return j.Append(&engine.Event{Type: engine.EventClosed, Time: time.Now().UTC(), Run: r.replaces, Reason: reason, Message: "by run " + r.plan.Run})
}

// whoHolds adds the way on to the refusals of locked nodes.
func (a *app) whoHolds(err error) error {
	var out []error
	leaves := view.Leaves(err)
	for _, e := range leaves {
		var l *engine.Locked
		if errors.As(e, &l) {
			e = engine.WithNext(e, a.wayOn(l, heldBy(l.Record.Run, leaves)))
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

// heldBy are the nodes that the run holds, as far as the refusals name them.
func heldBy(run string, refusals []error) (nodes []string) {
	for _, e := range refusals {
		var l *engine.Locked
		if errors.As(e, &l) && l.Record.Run == run {
			nodes = append(nodes, l.Node)
		}
	}
	return nodes
}

// wayOn is what to do about a node that another run holds, together with others. A record here that is closed cannot be gone
// on with: where its close did not reach the node, only the lock is left.
func (a *app) wayOn(l *engine.Locked, nodes []string) string {
	dir, by := journal.Dir(a.stateDir(), l.Record.Run), l.Record.Holder
	ask := "wait, or ask " + by.User + "@" + by.Host
	rec, err := journal.Read(dir)
	if err != nil {
		return ask + "; from here: " + a.command("resume", "--adopt", strings.Join(nodes, ","), l.Record.Run)
	}
	driver, _ := journal.DrivenBy(dir) // a run that cannot be asked about is not watched either
	switch s := engine.Fold(rec.Events); {
	case s.Closed == "":
		return a.onward(rec.Plan, s, driver != nil)
	case ofHere(by, nil):
		return "the run is closed here (" + s.Closed + "), and only its lock is left: " + a.unlocks(nodes)
	}
	return ask
}

// unlocks are the commands that drop the locks of nodes; where there are more, each stands on a line of its own.
func (a *app) unlocks(nodes []string) (commands string) {
	if len(nodes) == 1 {
		return a.command("unlock", nodes[0])
	}
	for _, n := range nodes {
		commands += "\n  " + a.command("unlock", n)
	}
	return commands
}

// holder names who drives: the person behind sudo where there is one.
func holder() engine.Holder {
	h := engine.Holder{User: os.Getenv("SUDO_USER"), PID: os.Getpid(), Since: time.Now().UTC().Truncate(time.Second)}
	if u, err := user.Current(); h.User == "" && err == nil {
		h.User = u.Username
	}
	h.Host, _ = os.Hostname()
	return h
}
