package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
)

func newAttach(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "attach [RUN]", Short: "Watches a run that another process drives; Ctrl-C only ends the watching.", Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.attach(c.Context(), args) },
	}
}

func (a *app) attach(ctx context.Context, args []string) error {
	dir, rec, err := a.readRun(args)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	state, err := a.watch(ctx, dir, rec.Plan)
	switch {
	case errors.Is(err, context.Canceled):
		a.say("only the watching ended; the run goes on")
		return nil
	case err != nil:
		return err
	case state.Closed == "":
		a.say("no process drives run %s\n%s", rec.Plan.Run, view.Next(a.onward(rec.Plan, state, false)))
	}
	if a.json() {
		a.nextReaching(state, state.Closed != "")
		return view.JSON(a.stdout, view.Tasks(rec.Plan, state))
	}
	return nil
}

// watch shows the events of a run, old and new, until nobody drives it any more.
func (a *app) watch(ctx context.Context, dir string, p *engine.Plan) (*engine.State, error) {
	sink := a.sink(p, engine.NewState())
	defer sink.Close()
	state, quiet := engine.NewState(), 0
	err := journal.Follow(ctx, dir, func(e engine.Event) bool {
		state.Add(&e)
		sink.Event(e)
		quiet = 0
		return true
	}, func() bool { // two looks after the driver is gone, everything it wrote was seen
		if driver, err := journal.DrivenBy(dir); err == nil && driver == nil {
			quiet++
		}
		return quiet < 2
	})
	return state, err
}
