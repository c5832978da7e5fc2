package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newAbandon(a *app) *cobra.Command {
	var gone []string
	c := &cobra.Command{
		Use: "abandon RUN", Short: "Closes an open run as it stands and unlocks its nodes.", Args: between(1, 1),
		Long: "Closes an open run as it stands and unlocks its nodes: what is half-done stays so, and is printed; Cassandra that the run\n" +
			"stopped stays down. It is for a run that can neither go on (resume) nor be taken back (undo-restore-vellum).",
		RunE: func(c *cobra.Command, args []string) error { return a.abandon(c.Context(), args, gone) },
	}
	c.Flags().StringSliceVar(&gone, "gone", nil, "do not ask these `NODES`, which no longer exist; the site file has them no more")
	return c
}

// abandon closes a run without its finally steps: what is half-done stays so, and is printed. Gone are nodes that no longer
// exist.
func (a *app) abandon(ctx context.Context, args, gone []string) error {
	dir, err := a.pickRun(args)
	if err != nil {
		return err
	}
	j, rec, err := journal.Open(dir)
	if err != nil {
		return err
	}
	defer j.Close()
	p, state := rec.Plan, engine.Fold(rec.Events)
	if err := a.mustBeOpen(p, state); err != nil {
		return err
	}
	a.nextReaching(state, true)
	a.leftovers(p, state)
	if err := a.letGo(ctx, p, state, gone); err != nil {
		return err
	}
	if err := j.Append(&engine.Event{Type: engine.EventClosed, Time: holder().Since, Run: p.Run, Reason: "abandoned"}); err != nil {
		return err
	}
	unlocked := slices.DeleteFunc(slices.Clone(p.Nodes), func(n string) bool { return slices.Contains(gone, n) })
	a.say("run %s is closed: abandoned; unlocked: %s", p.Run, view.NodeList(unlocked))
	if a.json() {
		return view.JSON(a.stdout, abandonAnswer{p.Run, "abandoned", unlocked})
	}
	return nil
}

// abandonAnswer is what abandon did, as JSON; Unlocked are nodes.
type abandonAnswer struct {
	Run      string   `json:"run"`
	Closed   string   `json:"closed"`
	Unlocked []string `json:"unlocked"`
}

// letGo unlocks the nodes of a run but those that are gone, if the operator wants it.
func (a *app) letGo(ctx context.Context, p *engine.Plan, state *engine.State, gone []string) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if err := a.goneFromSite(ctx, p, gone); err != nil {
		return err
	}
	session, err := a.openFor(p)
	if err != nil {
		return err
	}
	defer session.close()
	ask := slices.DeleteFunc(reachOf(p), func(n string) bool { return slices.Contains(gone, n) })
	states, err := session.states(ctx, ask, p.Run)
	if err != nil {
		return a.withoutThem(p, state, err)
	}
	if err := a.upToDate(p, state, states, nil); err != nil {
		return err
	}
	a.warnDown(p, state, a.halfWay(p, states))
	if err := a.consent("abandon run " + p.Run); err != nil {
		return err
	}
	return a.release(ctx, session, states, p)
}

// leftovers prints what is half-done, and the finally steps as commands: abandon does not run them.
func (a *app) leftovers(p *engine.Plan, s *engine.State) {
	view.Status(a.stderr, p, s, "to be abandoned", false, view.StyleOf(a.stderr))
	last := p.Stages[len(p.Stages)-1]
	if last.ID != engine.FinallyStage {
		return
	}
	fmt.Fprintln(a.stderr, "not run, do it by hand:")
	for _, t := range last.Tasks {
		if r := s.Tasks[t.ID]; t.Skip != "" || (r != nil && r.Outcome == engine.Done) {
			continue
		}
		what := t.Name() + ": " + view.Clean(t.Change.Summary)
		if len(t.Change.Argv) > 0 {
			what = view.Command(t.Change.Argv)
		}
		fmt.Fprintf(a.stderr, "  on %s: %s\n", t.Node, what)
	}
}

// halfWay says loudly where the run leaves files half exchanged, and gives these nodes: nothing stops a person, or a service manager, from
// starting the server on them.
func (a *app) halfWay(p *engine.Plan, states map[string]engine.NodeState) (nodes []string) {
	restore := p.Run
	if run, ok := undone(p); ok {
		restore = run
	}
	for _, n := range p.Nodes {
		if slices.Contains(states[n].Swaps, restore) {
			nodes = append(nodes, n)
		}
	}
	if len(nodes) == 0 {
		return nil
	}
	a.say("WARNING: tables are half exchanged on %s. Do not start Cassandra there, and see that monit does not: it would mix old rows with restored ones.", view.NodeList(nodes))
	a.say("When the run is abandoned, these nodes accept nothing but the undo: %s", a.undoOf(p, restore))
	return nodes
}

// release unlocks the nodes of states, unless a task of the run still lives. The epoch is that of the lock which was looked at: a
// controller that took it since keeps it.
func (a *app) release(ctx context.Context, session *session, states map[string]engine.NodeState, p *engine.Plan) error {
	names := keys(states)
	for _, n := range names {
		for _, ref := range states[n].Alive {
			if ref.Run == p.Run {
				return &refused{engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s still runs", ref.Task), a.command("cancel", p.Run))}
			}
		}
	}
	return forAll(names, func(name string) error {
		l := lockOf(p.Run, states[name])
		if l == nil {
			return nil
		}
		return session.node(name).Unlock(ctx, engine.UnlockRequest{Run: p.Run, Epoch: l.Epoch, Closed: "abandoned"})
	})
}
