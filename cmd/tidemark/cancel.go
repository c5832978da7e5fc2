package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tidemark/cmd/internal/view"
	"tidemark/engine"
	"tidemark/engine/journal"
	"tidemark/schema"
)

func newCancel(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "cancel [RUN]", Short: "Stops a run and its living tasks; the run stays open.", Args: between(0, 1),
		Long: "Stops a run and its living tasks. The run stays open and its nodes locked: resume goes on with it, abandon closes it\n" +
			"as it stands. It is the way to end what runs now; abandon is for a run that will never go on.",
		RunE: func(c *cobra.Command, args []string) error { return a.cancel(c.Context(), args) },
	}
}

// cancel tells the driving process to start nothing new, and the nodes to stop what runs.
func (a *app) cancel(ctx context.Context, args []string) error {
	dir, rec, err := a.readRun(args)
	if err != nil {
		return err
	}
	state := engine.Fold(rec.Events)
	if err := a.mustBeOpen(rec.Plan, state); err != nil {
		return err
	}
	driver, err := journal.DrivenBy(dir)
	if err != nil {
		return err
	}
	if driver != nil && driver.PID > 0 {
		if err := syscall.Kill(driver.PID, syscall.SIGTERM); err != nil {
			return engine.Failf(engine.ClassIO, "process %d, which drives the run: %w", driver.PID, err)
		}
		a.say("process %d starts nothing new", driver.PID)
	}
	return a.cancelTasks(ctx, dir, rec.Plan, state, driver)
}

// cancelAnswer is what cancel did, as JSON.
type cancelAnswer struct {
	Run string `json:"run"`
	// Driver is the process that was told to start nothing new, where one drives the run.
	Driver    *journal.Driver `json:"driver,omitempty"`
	Cancelled []string        `json:"cancelled"` // tasks that lived
	Next      string          `json:"next,omitempty"`
}

func (a *app) cancelTasks(ctx context.Context, dir string, p *engine.Plan, state *engine.State, driver *journal.Driver) error {
	s, err := a.openFor(p)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, stop := interruptible(ctx)
	defer stop()
	if err := a.mayCancel(ctx, s, p.Run, driver); err != nil {
		return err
	}
	answer := cancelAnswer{Run: p.Run, Driver: driver, Cancelled: []string{}}
	var mu sync.Mutex
	err = forAll(engine.NodesOf(p), func(name string) error {
		tasks, err := a.cancelOn(ctx, s.node(name), p.Run, openOn(p, state, name))
		mu.Lock()
		defer mu.Unlock()
		answer.Cancelled = append(answer.Cancelled, tasks...)
		return err
	})
	slices.Sort(answer.Cancelled)
	if err == nil && len(answer.Cancelled) == 0 {
		a.say("no task of run %s was running", p.Run)
	}
	if driver == nil {
		err = errors.Join(err, noteCancelled(dir, state, answer.Cancelled))
		answer.Next = a.waysOut(p, state)
	} else {
		a.say("the run stays open, its nodes locked; the process ends by itself when nothing runs any more")
		answer.Next = a.command("attach", p.Run)
	}
	a.say("%s", view.Next(answer.Next))
	if a.json() {
		return errors.Join(view.JSON(a.stdout, answer), err)
	}
	return err
}

// noteCancelled keeps in the record which attempts were ended while nobody drove the run: its next resume repeats those.
func noteCancelled(dir string, s *engine.State, tasks []string) error {
	if len(tasks) == 0 {
		return nil
	}
	j, _, err := journal.Open(dir)
	if err != nil {
		return err
	}
	for _, id := range tasks {
		if r := s.Tasks[id]; r != nil && r.Open {
			err = errors.Join(err, j.Append(&engine.Event{Type: engine.EventCancel, Time: time.Now().UTC(), Run: s.Run, Task: id, Attempt: r.Attempt}))
		}
	}
	return errors.Join(err, j.Close())
}

// openFor opens connections to the nodes of a stored plan, by the site as it stands there, and to the room that the run has
// on the controller.
func (a *app) openFor(p *engine.Plan) (*session, error) {
	site, diags := schema.LoadSite(p.SiteFile.Source())
	if diags.Err() != nil {
		return nil, &invalid{diags, nil}
	}
	s, err := a.open(site, p.SiteFile.Name, p.Nodes...)
	if err != nil {
		return nil, err
	}
	s.run, s.local = p.Run, cmp.Or(s.local, p.Local)
	return s, housed(site, s.local)
}
