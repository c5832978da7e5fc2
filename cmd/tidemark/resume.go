package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newResume(a *app) *cobra.Command {
	var adopt []string
	var as string
	c := &cobra.Command{
		Use: "resume [TASK] [RUN]", Short: "Goes on with an open run; nothing that is done is done again.",
		Long: "Goes on with an open run, RUN or the only one; nothing that is done is done again. What was begun and has no outcome is\n" +
			"asked of the nodes first. TASK stands only with --as: what you found where nobody else can tell. --adopt takes up a\n" +
			"run whose controller is lost, from the records on its nodes; the old controller is refused from then on.",
		Args: between(0, 2),
		RunE: func(c *cobra.Command, args []string) error { return a.resumeVerb(c.Context(), args, adopt, as) },
	}
	c.Flags().StringSliceVar(&adopt, "adopt", nil, "take the run up from the records on these `NODES`, without its directory here")
	c.Flags().StringVar(&as, "as", "", "settle TASK, whose outcome only a person can tell, as `done|not-done`")
	return c
}

func (a *app) resumeVerb(ctx context.Context, args, adopt []string, as string) error {
	task := ""
	if as != "" {
		if len(args) == 0 || (as != "done" && as != "not-done") {
			return usagef("", "write: tidemark resume --as done TASK [RUN], or --as not-done")
		}
		task, args = args[0], args[1:]
	}
	if len(args) > 1 {
		return usagef("", "resume takes one RUN")
	}
	dir, err := a.resumed(ctx, args, adopt)
	if err != nil {
		return err
	}
	j, rec, err := journal.Open(dir)
	if err != nil {
		return err
	}
	defer j.Close()
	return a.goOn(ctx, j, rec, task, as)
}

// resumed is the directory of the run to resume; an adopted one is made first.
func (a *app) resumed(ctx context.Context, args, adopt []string) (string, error) {
	if len(adopt) > 0 {
		return a.adopt(ctx, args, adopt)
	}
	return a.pickRun(args)
}

func (a *app) goOn(ctx context.Context, j *journal.Journal, rec *journal.Record, task, as string) error {
	r, d, err := a.takenUp(j, rec, task, as)
	if err != nil {
		return err
	}
	if !a.json() {
		view.Resuming(a.stderr, engine.Resolved(r.plan, r.basis, r.state), r.state, d.kinds, view.StyleOf(a.stderr))
	}
	if err := refuse(missing(r.plan, r.state, d.site)); err != nil {
		return err
	}
	if r.settlement != nil {
		a.say("to be noted of %s, and not to be taken back: %s", task, as)
	}
	if err := a.confirm(r.plan, d.kinds, ""); err != nil {
		return err
	}
	if r.session, err = a.openFor(r.plan); err != nil {
		return err
	}
	defer r.session.close()
	if err := a.reach(ctx, r); err != nil {
		return err
	}
	if err := a.noteSettlement(r); err != nil {
		return err
	}
	return a.drive(ctx, r)
}

// takenUp is the run as its records leave it, with what a person found about task, and the texts that it was made from.
func (a *app) takenUp(j *journal.Journal, rec *journal.Record, task, as string) (*driven, *definition, error) {
	r := &driven{plan: rec.Plan, state: engine.Fold(rec.Events), journal: j}
	if err := a.mustBeOpen(r.plan, r.state); err != nil {
		return nil, nil, err
	}
	if rec.Torn != "" {
		a.say("journal: %s", rec.Torn)
	}
	if task != "" {
		if err := r.decide(task, as); err != nil {
			return nil, nil, err
		}
	}
	d, err := a.reload(r.plan)
	if err != nil {
		return nil, nil, err
	}
	r.basis = engine.Basis{Runbook: d.runbook, Site: d.site, Kinds: d.kinds, Inputs: r.plan.Inputs, Run: r.plan.Run, Limit: r.plan.Limit}
	return r, d, a.replaceAgain(r)
}

// reach connects to the nodes of the run.
func (a *app) reach(ctx context.Context, r *driven) (err error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	if r.nodes, err = r.session.connected(ctx, r.plan.Run, reachOf(r.plan)); err != nil {
		return a.withoutThem(r.plan, r.state, err)
	}
	return nil
}

// decide goes on from what a person found about a task whose outcome nobody else can tell. Nothing is written yet: it cannot be
// taken back, and the person has not said yes.
func (r *driven) decide(id, as string) error {
	var task *engine.Task
	var unknown []string
	r.plan.Tasks(func(t *engine.Task) {
		if t.ID == id {
			task = t
		}
		if rec := r.state.Tasks[t.ID]; rec != nil && rec.Outcome == engine.Unknown {
			unknown = append(unknown, t.ID)
		}
	})
	if task == nil || r.state.Tasks[id] == nil || r.state.Tasks[id].Outcome != engine.Unknown {
		like := meant(id, unknown)
		if of, _ := tasksWith(id, unknown); len(of) == 1 {
			like = "; did you mean " + of[0] + "?"
		}
		return usagef("", "--as: the outcome of %q is not unknown%s; unknown are: %s", id, like, cmp.Or(view.NodeList(unknown), "none"))
	}
	by := holder()
	e := engine.Event{
		Type: engine.EventEnd, Time: by.Since, Run: r.plan.Run, Stage: task.Stage, Task: id, Node: task.Node, Kind: task.Kind,
		Attempt: r.state.Tasks[id].Attempt, Digest: task.Digest, Reason: fmt.Sprintf("settled as %s by %s@%s", as, by.User, by.Host),
	}
	if e.Outcome = engine.Failed; as == "done" {
		e.Outcome, e.Changed, e.Sign, e.Will = engine.Done, true, task.Change.Sign, task.Change.Will
	}
	r.settlement = &e
	r.state.Add(&e)
	return nil
}

// noteSettlement journals what decide went on from, where there was something, and says so.
func (a *app) noteSettlement(r *driven) error {
	e := r.settlement
	if e == nil {
		return nil
	}
	if err := r.journal.Append(e); err != nil {
		return err
	}
	a.say("noted: %s: %s", e.Task, e.Reason)
	return nil
}
